import type { StreamPart } from '@ai-assistant/contract'
import type { RingEvent } from '../doorbell/doorbell.ts'
import type { Tx } from '../storage/database.ts'

/** This run was taken over by another worker, or deleted: whatever this process still has for it is void. */
export class RunFenced extends Error {
  override name = 'RunFenced'
}

/** More text than this waiting for a commit holds the run's producer back. */
const MAX_PENDING_CHARS = 256 * 1024

/**
 * What only opens an answer or a step waits so long for the first word, to be committed with it: alone in a commit of its own,
 * it would be what that word has to wait for. Milliseconds.
 */
const OPENING_MS = 20
const openings: ReadonlySet<StreamPart['type']> = new Set(['start', 'start-step', 'data-budget'])

/**
 * The pen of one run in one epoch. Parts go in at once and are committed by the process's shared committer; `seq` is given
 * out when a batch is built, after neighbouring text deltas were merged. At most one batch of a run is under way.
 */
export class RunWriter {
  readonly runId: string
  readonly epoch: number
  #lastSeq: number
  #pending: StreamPart[] = []
  #pendingChars = 0
  #inFlight = false
  #textInFlight = false
  #failure: Error | undefined
  #waiters: (() => void)[] = []
  /** Set while nothing but openings is pending. */
  #opening: NodeJS.Timeout | undefined
  readonly #wake: (writer: RunWriter) => void
  readonly #transact: Transact
  readonly #onText: (() => void) | undefined

  constructor(options: RunWriterOptions) {
    this.runId = options.runId
    this.epoch = options.epoch
    this.#lastSeq = options.lastSeq
    this.#wake = options.wake
    this.#transact = options.transact
    this.#onText = options.onText
  }

  /** The last sequence number that is committed or under way. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** Hands a part to the committer. Throws `RunFenced` once the run is lost. */
  append(part: StreamPart): void {
    if (this.#failure) throw this.#failure
    this.#pendingChars += 'delta' in part ? part.delta.length : 64
    const last = this.#pending.length - 1
    const merged = last < 0 ? null : mergeText(this.#pending[last] ?? part, part)
    if (merged) this.#pending[last] = merged
    else this.#pending.push(part)
    if (this.#inFlight) return
    if (openings.has(part.type)) this.#opening ??= setTimeout(() => this.#hurry(), OPENING_MS)
    else this.#hurry()
  }

  /** What is pending goes with the next commit. */
  #hurry(): void {
    clearTimeout(this.#opening)
    this.#opening = undefined
    this.#wake(this)
  }

  /** Resolves when the committer has room again: at once, unless the database is slower than the model. */
  async ready(): Promise<void> {
    while (this.#pendingChars > MAX_PENDING_CHARS && !this.#failure) await this.#change()
    if (this.#failure) throw this.#failure
  }

  /** Resolves when everything appended so far is committed. */
  async flushed(): Promise<void> {
    if (this.#opening !== undefined) this.#hurry()
    while ((this.#pending.length > 0 || this.#inFlight) && !this.#failure) await this.#change()
    if (this.#failure) throw this.#failure
  }

  /** Commits parts together with other rows, all or nothing, under the run's fence. Earlier parts are committed before. */
  async commit(parts: readonly StreamPart[], work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.flushed()
    this.#inFlight = true
    try {
      const events = parts.map((part, index) => toEvent(part, this.#lastSeq + index + 1))
      await this.#transact(this, events, work)
      this.#lastSeq += events.length
    } finally {
      this.#settle()
    }
  }

  /** For the committer: takes what is pending as events, or null where there is nothing to do. */
  take(): RingEvent[] | null {
    if (this.#inFlight || this.#failure || this.#pending.length === 0) return null
    const events = this.#pending.map((part, index) => toEvent(part, this.#lastSeq + index + 1))
    this.#textInFlight = this.#pending.some((part) => 'delta' in part)
    this.#pending = []
    this.#pendingChars = 0
    this.#inFlight = true
    this.#lastSeq += events.length
    return events
  }

  /** For the committer: the batch taken last is committed. */
  committed(): void {
    if (this.#textInFlight) this.#onText?.()
    this.#settle()
  }

  /** For the committer: nothing of this run can be written any more. */
  fail(error: Error): void {
    this.#failure = error
    this.#settle()
  }

  #settle(): void {
    this.#inFlight = false
    for (const waiter of this.#waiters.splice(0)) waiter()
    if (this.#pending.length > 0 && !this.#failure) this.#wake(this)
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve))
  }
}

/** Writes events and the rows of `work` in one transaction that holds the run's row, and rejects with `RunFenced`. */
export type Transact = (
  writer: RunWriter,
  events: readonly RingEvent[],
  work: (tx: Tx) => Promise<void>,
) => Promise<void>

export interface RunWriterOptions {
  runId: string
  epoch: number
  lastSeq: number
  wake: (writer: RunWriter) => void
  transact: Transact
  /** Called when text of the run stands in the journal. */
  onText?: () => void
}

type TextDelta = Extract<StreamPart, { delta: string }>

function mergeText(last: StreamPart, next: StreamPart): TextDelta | null {
  if (!('delta' in last) || !('delta' in next) || last.type !== next.type || last.id !== next.id) return null
  return { ...last, delta: last.delta + next.delta }
}

function toEvent(part: StreamPart, seq: number): RingEvent {
  return { seq, payload: JSON.stringify(part) }
}
