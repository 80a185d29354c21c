import type { RunObserver } from './run-context.ts'

/**
 * How an answer comes to its readers, measured where they see it: at the commits. What the model takes for its first token
 * is its own affair and left out; a pause in the text counts whoever made it.
 */
export class AnswerPace {
  readonly #clock: () => number
  readonly #observe: RunObserver
  /** When the question came, until its first token was shown. */
  #receivedAt: number | null
  #model = ''
  #calledAt = 0
  #arrivedAt: number | null = null
  #shownAt: number | null = null
  #longestMs = 0

  constructor(options: { clock: () => number; observe: RunObserver; receivedAt: number | null }) {
    this.#clock = options.clock
    this.#observe = options.observe
    this.#receivedAt = options.receivedAt
  }

  /** A model call begins. */
  calling(model: string): void {
    this.#model = model
    this.#calledAt = this.#clock()
    this.#arrivedAt = null
    this.#shownAt = null
    this.#longestMs = 0
  }

  /** Text came from the model. */
  arrived(): void {
    this.#arrivedAt ??= this.#clock()
  }

  /** A batch with text is committed. */
  shown(): void {
    if (this.#arrivedAt === null) return
    const now = this.#clock()
    if (this.#shownAt !== null) this.#longestMs = Math.max(this.#longestMs, now - this.#shownAt)
    else if (this.#receivedAt !== null) {
      this.#observe.overhead(this.#model, (this.#calledAt - this.#receivedAt + now - this.#arrivedAt) / 1000)
      this.#receivedAt = null
    }
    this.#shownAt = now
  }

  /** All that the call said is committed. */
  settled(): void {
    if (this.#shownAt !== null) this.#observe.longestPause(this.#model, this.#longestMs / 1000)
    this.#arrivedAt = null
    this.#shownAt = null
    // A question whose first words are a tool's has waited for more than us.
    this.#receivedAt = null
  }
}
