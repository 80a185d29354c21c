const FIRST_MS = 150
const LONGEST_MS = 8_000

/**
 * How long to wait before try `attempt` (from 0): doubling, with jitter so that a restarted server is not met by everyone at
 * once. The first two waits stay below 300 ms, because most losses are a hand-over that is over by then.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10))
  return ceiling * (0.5 + random() / 2)
}
