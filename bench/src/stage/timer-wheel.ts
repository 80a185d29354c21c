/** Slots of a millisecond each: the longest delay there can be. */
const SLOTS = 8192

type Work = () => void

const wheel: Work[][] = Array.from({ length: SLOTS }, () => [])
let cursor = Math.floor(performance.now())
let waiting = 0
let ticking = false

/** Calls `work` after about `ms`. One timer for all streams: thousands of timers of their own would cost more than the tokens. */
export function atDelay(ms: number, work: Work): void {
  if (!ticking) {
    ticking = true
    cursor = Math.floor(performance.now())
    setTimeout(tick, 1)
  }
  const due = Math.floor(performance.now()) + Math.max(1, Math.min(ms, SLOTS - 2))
  wheel[Math.max(due, cursor + 1) % SLOTS]?.push(work)
  waiting += 1
}

function tick(): void {
  const now = Math.floor(performance.now())
  while (cursor < now) {
    cursor += 1
    const due = wheel[cursor % SLOTS] ?? []
    if (due.length === 0) continue
    wheel[cursor % SLOTS] = []
    waiting -= due.length
    for (const work of due) work()
  }
  if (waiting > 0) setTimeout(tick, 1)
  else ticking = false
}
