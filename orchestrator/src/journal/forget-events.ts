import type { Database } from '../storage/database.ts'

/** Deletes the events of runs whose rows are gone: nothing can be appended to them any more. */
export async function forgetEvents(database: Database, runIds: readonly string[]): Promise<void> {
  if (runIds.length === 0) return
  await database.asSystem((tx) => tx.sql('delete from run_event where run_id = any($1::uuid[])', [runIds]))
}
