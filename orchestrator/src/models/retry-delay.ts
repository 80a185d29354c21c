export const mostRetries = 2
export const mostPauses = 4
/** An upstream that asks for more patience than this is not waited for. */
export const longestPauseMs = 60_000
const firstDelayMs = 500
const longestDelayMs = 8000

/** Full jitter: anywhere from nothing to the doubled delay, so that callers that failed together do not come back together. */
export function retryDelayMs(retry: number, random: () => number): number {
  return Math.round(random() * Math.min(longestDelayMs, firstDelayMs * 2 ** (retry + 1)))
}

/** After a 429 that does not say how long: doubled each time, the upper half of it by chance. */
export function pauseDelayMs(pause: number, random: () => number): number {
  return Math.round((0.5 + random() / 2) * Math.min(2 * longestDelayMs, 1000 * 2 ** pause))
}

/**
 * How long the upstream asks to be left alone: `retry-after-ms`, else `Retry-After` as seconds or a date (RFC 9110 §10.2.3).
 * Null where it does not say. `nowMs` is the time since the epoch.
 */
export function retryAfterMs(headers: Record<string, string | string[] | undefined>, nowMs: number): number | null {
  const milliseconds = toNumber(headers['retry-after-ms'])
  if (milliseconds !== null) return milliseconds
  const value = headers['retry-after']
  const seconds = toNumber(value)
  if (seconds !== null) return seconds * 1000
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}

function toNumber(value: string | string[] | undefined): number | null {
  return typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null
}
