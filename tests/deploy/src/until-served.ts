import { setTimeout as sleep } from 'node:timers/promises'

const patienceSeconds = 30

/** Calls again until it goes well: what was started a moment ago may need one until it serves. Fails as the last call did. */
export async function untilServed<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await sleep(250)
    }
  }
}
