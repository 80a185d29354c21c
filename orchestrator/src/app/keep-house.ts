import type { Logger } from 'pino'
import { keepSealing } from '../audit/keep-sealing.ts'
import { forgetProgramChats } from '../conversations/forget-program-chats.ts'
import { forgetStarts } from '../limits/count-answer.ts'
import { forgetKeys } from '../runs/forget-keys.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { buildSearchIndexes } from '../storage/search-indexes.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { forgetExpired } from '../users/forget-expired.ts'

/** Days an ended answer's events and the keys of requests are kept; messages are kept for good. */
const KEPT_DAYS = 7

/** Days the chats of programs are kept after their last change: each call of theirs is one. */
const PROGRAM_DAYS = 30

/**
 * Keeps the journal's partitions ahead of time, seals the audit log, and drops what is old; any replica may do it, again
 * and again. Returns the way to stop.
 */
export function keepHouse(database: OpenedDatabase, log: Logger, metrics: Metrics): () => void {
  const stopping = new AbortController()
  const chores: Record<string, () => Promise<unknown>> = {
    journal: () => database.asSystem((tx) => tx.sql('select maintain_run_event($1)', [KEPT_DAYS])),
    programs: () => forgetProgramChats(database, PROGRAM_DAYS),
    keys: () => forgetKeys(database, KEPT_DAYS),
    starts: () => forgetStarts(database),
    sessions: () => forgetExpired(database),
    // A restore leaves them for afterwards, and may be killed then.
    search: () => buildSearchIndexes(database, { signal: stopping.signal }),
  }
  const keep = async (): Promise<void> => {
    for (const [chore, run] of Object.entries(chores)) {
      await run().catch((error: unknown) => {
        metrics.choreFailures.inc({ chore })
        log.warn({ err: error, chore }, 'A chore was not done; it is tried again')
      })
    }
  }
  void keep()
  const timers = [setInterval(() => void keep(), 3600_000), keepSealing(database, log)]
  return () => {
    timers.forEach(clearInterval)
    stopping.abort()
  }
}
