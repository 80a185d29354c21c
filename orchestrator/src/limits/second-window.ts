/** A window's seconds, and the one that is only partly in it: so never more than the limit lies in any sixty seconds. */
export const WINDOW_SECONDS = 60
const SECONDS = WINDOW_SECONDS + 1

/** What was counted in each of the last seconds. Seconds are whole ones of any clock that never runs back. */
export class SecondWindow {
  readonly #counts = new Uint32Array(SECONDS)
  #now = 0
  #sum = 0

  add(now: number, count: number): void {
    this.#move(now)
    this.#counts[now % SECONDS] = (this.#counts[now % SECONDS] ?? 0) + count
    this.#sum += count
  }

  sum(now: number): number {
    this.#move(now)
    return this.#sum
  }

  /** Seconds until `count` of what was counted will have left; 0 where less was counted. */
  secondsUntilLeft(now: number, count: number): number {
    this.#move(now)
    let left = count
    for (let second = now - WINDOW_SECONDS; second <= now; second++) {
      const here = second < 0 ? 0 : (this.#counts[second % SECONDS] ?? 0)
      if (here > 0 && here >= left) return second + SECONDS - now
      left -= here
    }
    return 0
  }

  #move(now: number): void {
    if (now <= this.#now) return
    const from = Math.max(this.#now + 1, now - WINDOW_SECONDS)
    for (let second = from; second <= now; second++) {
      this.#sum -= this.#counts[second % SECONDS] ?? 0
      this.#counts[second % SECONDS] = 0
    }
    this.#now = now
  }
}
