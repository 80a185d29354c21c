import type { Ring, RingEvent } from '../doorbell/doorbell.ts'
import { type EventPage, isLastEvent } from './read-events.ts'

/** Where a follower's events go. None of these may throw. */
export interface EventSink {
  /** Committed events, in order, each once. Returns false where the reader is slow: nothing more comes until `resume`. */
  events(events: readonly RingEvent[]): boolean
  /** Nothing follows: the run has ended, or is gone. */
  end(): void
  /** The run goes on, but not here: read on elsewhere after `last`. */
  move(last: number): void
}

/**
 * One reader of one run. It keeps its own last `seq` for as long as it lives and skips whatever is not beyond it, because
 * a catch-up query may see rows whose ring is still to come. What it misses, it reads from the journal.
 */
export class Follower {
  readonly runId: string
  #last: number
  #reading = false
  #again = false
  #paused = false
  #ended = false
  readonly #sink: EventSink
  readonly #read: (runId: string, after: number) => Promise<EventPage>

  constructor(options: {
    runId: string
    after: number
    sink: EventSink
    read: (runId: string, after: number) => Promise<EventPage>
  }) {
    this.runId = options.runId
    this.#last = options.after
    this.#sink = options.sink
    this.#read = options.read
  }

  get last(): number {
    return this.#last
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Something may have happened: takes attached events that follow directly, else reads. */
  hear(ring: Ring): void {
    if (this.#ended || ring.seq <= this.#last) return
    const next = this.#reading || this.#paused ? undefined : ring.events?.filter((event) => event.seq > this.#last)
    if (next?.[0]?.seq === this.#last + 1) this.#pass(next)
    else this.catchUp()
  }

  /** Reads what is missing, now and again until nothing is. A failed read is made up for by the next ring or poll. */
  catchUp(): void {
    if (this.#ended || this.#paused) return
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    this.#readPage()
      .then((full) => this.#endOfReading(full))
      .catch(() => this.#endOfReading(false))
  }

  /** The slow reader has room again. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.catchUp()
  }

  /** Ends from outside: the run is gone, or the server moves its readers. */
  stop(): void {
    if (this.#ended) return
    this.#ended = true
    this.#sink.end()
  }

  /** Sends the reader elsewhere. */
  move(): void {
    if (this.#ended) return
    this.#ended = true
    this.#sink.move(this.#last)
  }

  async #readPage(): Promise<boolean> {
    const { events, more } = await this.#read(this.runId, this.#last)
    if (!this.#ended && events.length > 0) this.#pass(events)
    return more
  }

  #endOfReading(full: boolean): void {
    this.#reading = false
    if (!full && !this.#again) return
    this.#again = false
    this.catchUp()
  }

  #pass(events: readonly RingEvent[]): void {
    const last = events.at(-1)
    if (last === undefined) return
    this.#last = last.seq
    this.#paused = !this.#sink.events(events)
    if (isLastEvent(last)) this.stop()
  }
}
