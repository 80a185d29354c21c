/**
 * Keeps retries a small part of all calls, so that they cannot multiply the load on an upstream that is already failing: every
 * call earns a tenth of a retry, up to `most` saved; a lone user's first failures are retried from what is saved at start.
 */
export interface RetryBudget {
  earn(): void
  /** True where a retry may be made; it is then spent. */
  spend(): boolean
}

export function createRetryBudget(most = 10, perCall = 0.1): RetryBudget {
  let saved = most
  return {
    earn() {
      saved = Math.min(most, saved + perCall)
    },
    spend() {
      if (saved < 1) return false
      saved -= 1
      return true
    },
  }
}
