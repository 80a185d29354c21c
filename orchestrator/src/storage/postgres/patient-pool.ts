import pg, { type PoolClient } from 'pg'

/** Whoever has waited so long for a connection has another one opened, in milliseconds: a burst is over by then. */
const PATIENCE_MS = 100

type Connected = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void

/** Connections of a pool. */
export interface PoolSize {
  /** Those that are never closed for being idle. */
  kept: number
  /** So many are opened for whoever finds all others busy. */
  atOnce: number
  /** More, up to this, are opened for whoever has waited, one at a time. */
  most: number
}

/**
 * A pool that does not answer a burst with as many connections. A new one costs a server more than the burst it was opened
 * for: a process, a sign-in, and the plans of all statements anew, beside those who work; and pg's own pool has whoever asked
 * for it wait for it, even if another has long been free. Here, beyond `atOnce`, they take whichever is free first.
 */
export class PatientPool extends pg.Pool {
  readonly #size: PoolSize
  readonly #refused: (error: unknown) => void
  #growing = false
  #notBefore = 0
  #toldOfRefusal = false

  /** `refused` hears of the first of those attempts to open more that the server refuses in a row: who waits hears nothing. */
  constructor(options: Omit<pg.PoolConfig, 'min' | 'max'>, size: PoolSize, refused: (error: unknown) => void) {
    if (size.atOnce < 1)
      throw new RangeError('A pool that opens nothing at once would never say that there is no server')
    super({ ...options, min: size.kept, max: size.atOnce })
    this.#size = size
    this.#refused = refused
  }

  override connect(): Promise<PoolClient>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    // Those who came in this turn of the loop have the idle ones as good as taken.
    const waits = this.idleCount <= this.waitingCount
    const impatience = waits ? setInterval(() => this.#grow(), PATIENCE_MS) : undefined
    if (callback === undefined) return super.connect().finally(() => clearInterval(impatience))
    super.connect((...connected) => {
      clearInterval(impatience)
      callback(...connected)
    })
    return undefined
  }

  /** One at a time. Where the server refuses it, those who wait go on waiting for what others release. */
  #grow(): void {
    const full = this.totalCount >= this.#size.most
    if (full || this.#growing || this.ending || this.waitingCount === 0 || performance.now() < this.#notBefore) return
    this.#growing = true
    this.options.max = this.totalCount + 1
    void this.#openOne()
    // As ever: else the pool opened another one for whoever waits when this one fails, and refused them with it.
    this.options.max = this.#size.atOnce
  }

  async #openOne(): Promise<void> {
    try {
      const client = await super.connect()
      this.#toldOfRefusal = false
      client.release()
    } catch (error) {
      this.#notBefore = performance.now() + PATIENCE_MS
      if (!this.#toldOfRefusal) this.#refused(error)
      this.#toldOfRefusal = true
    } finally {
      this.#growing = false
    }
  }
}
