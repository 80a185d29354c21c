/** Days in UTC, both included, as `YYYY-MM-DD`. */
export interface Period {
  from: string
  to: string
}

const DAY_MS = 86_400_000

export function lastDays(count: number, now: Date): Period {
  return { from: dayOf(now.getTime() - (count - 1) * DAY_MS), to: dayOf(now.getTime()) }
}

/** Every day of a period, in order. */
export function daysOf({ from, to }: Period): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(dayOf(at))
  return days
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
