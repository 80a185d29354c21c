import { randomUUID } from 'node:crypto'
import type { Doorbell, Ring } from './doorbell.ts'
import { InProcessDoorbell } from './in-process-doorbell.ts'
import { decodeRing, encodeRing } from './ring-message.ts'

/** What the doorbell needs of Redis. None of it rejects, throws or waits long. */
export interface PubSub {
  publish(channel: string, message: string): Promise<void>
  subscribe(channel: string, hear: (message: string) => void): () => void
  connected(): boolean
}

/** So many rings may be on their way to Redis; of those beyond, each run's newest waits, without its events. */
const MAX_IN_FLIGHT = 64

/** Rings in this process at once, and in the others through Redis. */
export class RedisDoorbell implements Doorbell {
  readonly #redis: PubSub
  /** Tells our own rings, which were heard here already, from those of others. */
  readonly #id = randomUUID()
  readonly #local = new InProcessDoorbell()
  readonly #unsubscribe = new Map<string, () => void>()
  readonly #late = new Map<string, number>()
  #inFlight = 0

  constructor(redis: PubSub) {
    this.#redis = redis
  }

  ring(ring: Ring): void {
    this.#local.ring(ring)
    if (!this.#redis.connected()) this.#late.clear()
    else if (this.#inFlight < MAX_IN_FLIGHT) this.#publish(ring)
    else this.#late.set(ring.runId, Math.max(ring.seq, this.#late.get(ring.runId) ?? 0))
  }

  listen(runId: string, hear: (ring: Ring) => void): () => void {
    if (!this.#local.has(runId)) this.#subscribe(runId)
    const stop = this.#local.listen(runId, hear)
    return () => {
      stop()
      if (this.#local.has(runId)) return
      this.#unsubscribe.get(runId)?.()
      this.#unsubscribe.delete(runId)
    }
  }

  connected(): boolean {
    return this.#redis.connected()
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe.values()) unsubscribe()
    this.#unsubscribe.clear()
    this.#late.clear()
    await this.#local.close()
  }

  #subscribe(runId: string): void {
    const unsubscribe = this.#redis.subscribe(channelOf(runId), (message) => {
      const ring = decodeRing(runId, message, this.#id)
      if (ring !== null) this.#local.ring(ring)
    })
    this.#unsubscribe.set(runId, unsubscribe)
  }

  #publish(ring: Ring): void {
    this.#inFlight++
    void this.#redis.publish(channelOf(ring.runId), encodeRing(ring, this.#id)).finally(() => {
      this.#inFlight--
      this.#publishLate()
    })
  }

  #publishLate(): void {
    const [next] = this.#late
    if (next === undefined) return
    const [runId, seq] = next
    this.#late.delete(runId)
    if (this.#redis.connected()) this.#publish({ runId, seq })
    else this.#late.clear()
  }
}

function channelOf(runId: string): string {
  return `aia:run:${runId}`
}
