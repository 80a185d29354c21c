/**
 * Wakes readers up. It only says "run X has reached seq N", with the events attached when they are small; the journal in
 * the database is the truth, and losing any or all rings loses nothing but milliseconds.
 */
export interface Doorbell {
  /** Never rejects and never waits: a ring that cannot be delivered is dropped. */
  ring(ring: Ring): void
  /** Hears the rings for one run from all processes, this one included. Returns the way to stop hearing. */
  listen(runId: string, hear: (ring: Ring) => void): () => void
  /** Whether rings from other processes arrive now. */
  connected(): boolean
  close(): Promise<void>
}

export interface Ring {
  runId: string
  seq: number
  /** The events up to `seq`, or absent where they are too large to carry. */
  events?: readonly RingEvent[]
}

/** One event of the journal: its payload is the JSON text of a stream part. */
export interface RingEvent {
  seq: number
  payload: string
}
