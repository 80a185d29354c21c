import { RunFenced } from '../journal/run-writer.ts'
import { sleep } from '../lib/sleep.ts'
import { isDatabaseAway } from '../storage/errors.ts'

/**
 * Reads what a run needs, again and again while the database is away: an answer waits for its database, it does not fail.
 * Rejects with `RunFenced` when the run is meanwhile to be left to another worker; every other error is passed on.
 */
export async function outlast<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!isDatabaseAway(error)) throw error
      if (signal.aborted && signal.reason !== 'cancel') throw new RunFenced('this run is left to another worker')
    }
    await sleep(Math.min(50 * 2 ** attempt, 1000))
  }
}
