/** A timer that is only ever moved forward: what is planned sooner replaces what is planned later, and never the other way. */
export class SoonestTimer {
  readonly #work: () => void
  #timer: NodeJS.Timeout | undefined
  #dueAt = 0
  #stopped = false

  constructor(work: () => void) {
    this.#work = work
  }

  /** Works in so many milliseconds, or before where that is planned. */
  plan(ms: number): void {
    const dueAt = performance.now() + ms
    if (this.#stopped || (this.#timer !== undefined && this.#dueAt <= dueAt)) return
    clearTimeout(this.#timer)
    this.#dueAt = dueAt
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#work()
    }, ms)
  }

  /** Works no more, whatever is planned. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }
}
