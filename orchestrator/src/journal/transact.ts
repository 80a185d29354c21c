import type { RingEvent } from '../doorbell/doorbell.ts'
import { failpoint } from '../lib/failpoint.ts'
import { sleep } from '../lib/sleep.ts'
import type { Database, Tx } from '../storage/database.ts'
import { isDatabaseAway, sqlState } from '../storage/errors.ts'
import { RunFenced, type RunWriter } from './run-writer.ts'

/** Fails where the run was taken over or deleted, and everything behind it with it. */
const HOLD = 'select hold_run($1, $2)'
/** What it fails with. */
const FENCED = 'AI001'

const INSERT = `
  insert into run_event (run_id, seq, epoch, payload)
  select $1::uuid, e.seq, $2::int, e.payload from unnest($3::bigint[], $4::text[]) e(seq, payload)`

/**
 * Writes a run's events together with other rows, all or nothing. Waits while the database is away. A commit whose outcome
 * is unknown is looked up by its events, so it is neither lost nor made twice; `events` is therefore never empty. The
 * lookup may come too early, while the database still works on the commit: then the next attempt collides with it, and
 * it is looked up again.
 */
export async function transact(
  database: Database,
  writer: RunWriter,
  events: readonly RingEvent[],
  work: (tx: Tx) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let collided = false
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) await sleep(Math.min(50 * 2 ** attempt, 1000), signal)
    if (signal.aborted) throw new RunFenced('this process stops')
    try {
      if (attempt > 0 && (await isCommitted(database, writer, events))) return
      await writeOnce(database, writer, events, work)
      return
    } catch (error) {
      if (sqlState(error) === FENCED) throw new RunFenced(`run ${writer.runId} is written by another worker`)
      const collides: boolean = sqlState(error) === '23505' && attempt > 0 && !collided
      collided ||= collides
      if (!isDatabaseAway(error) && !collides) throw error
    }
  }
}

async function writeOnce(
  database: Database,
  writer: RunWriter,
  events: readonly RingEvent[],
  work: (tx: Tx) => Promise<void>,
): Promise<void> {
  // None of these is waited for: where `work` waits for nothing either, all of it is one trip.
  await database.asSystem(async (tx) => {
    tx.send({ text: HOLD, values: [writer.runId, writer.epoch], name: 'journal_hold' })
    const seqs = events.map((event) => event.seq)
    const payloads = events.map((event) => event.payload)
    tx.send({ text: INSERT, values: [writer.runId, writer.epoch, seqs, payloads], name: 'journal_insert' })
    await work(tx)
    failpoint('step.before-commit')
  })
  failpoint('step.after-commit')
}

async function isCommitted(database: Database, writer: RunWriter, events: readonly RingEvent[]): Promise<boolean> {
  const rows = await database.asSystem((tx) =>
    tx.sql<{ epoch: number }>('select epoch from run_event where run_id = $1 and seq = $2', [
      writer.runId,
      events.at(-1)?.seq ?? 0,
    ]),
  )
  const found = rows[0]
  if (found === undefined) return false
  if (found.epoch !== writer.epoch) throw new RunFenced(`run ${writer.runId} is written by another worker`)
  return true
}
