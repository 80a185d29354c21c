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
  /** More, up to this, are opened one after the other while people wait. */
  most: number
}

/**
 * A pool that does not answer a burst with as many connections. A new one costs a server more than the burst it was opened
 * for: a process, a sign-in, and the plans of all statements anew, beside those who work; and pg's own pool has whoever asked
 * for it wait for it, even if another has long been free. Here, beyond `atOnce`, they take whichever is free first.
 */
export class PatientPool extends pg.Pool {
  readonly #size: PoolSize
  #growing = false

  constructor(options: Omit<pg.PoolConfig, 'min' | 'max'>, size: PoolSize) {
    super({ ...options, min: size.kept, max: size.atOnce })
    this.#size = size
  }

  override connect(): Promise<PoolClient>
  override connect(callback: Connected): void
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    this.options.max = Math.max(this.#size.atOnce, this.totalCount - (this.#growing ? 1 : 0))
    // Those who came in this turn of the loop have the idle ones as good as taken.
    const waits = this.idleCount <= this.waitingCount
    const impatience = waits ? setTimeout(() => this.#grow(), PATIENCE_MS) : undefined
    if (callback === undefined) return super.connect().finally(() => clearTimeout(impatience))
    super.connect((...connected) => {
      clearTimeout(impatience)
      callback(...connected)
    })
    return undefined
  }

  /** One at a time. Where the server refuses it, nobody hears of that: they wait on for what others release. */
  #grow(): void {
    if (this.#growing || this.waitingCount === 0 || this.totalCount >= this.#size.most) return
    const before = this.options.max
    this.options.max = this.totalCount + 1
    const opened = super.connect()
    // The pool would open another one for whoever waits when this one fails.
    this.options.max = before
    this.#growing = true
    opened
      .then((client) => client.release())
      .catch(() => undefined)
      .finally(() => {
        this.#growing = false
        if (this.waitingCount > 0) setTimeout(() => this.#grow(), PATIENCE_MS).unref()
      })
  }
}
