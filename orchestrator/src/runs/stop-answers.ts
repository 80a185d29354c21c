import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { RunManager } from './run-manager.ts'
import { SendRefused } from './send-refused.ts'

/** Stops every answer that is written for a person, wherever it is; what was written is kept. */
export async function stopAnswers(
  database: Database,
  runs: Pick<RunManager, 'cancel'>,
  personId: string,
): Promise<void> {
  const active = await database.asPerson(personId, (tx) =>
    tx.all(
      queries
        .selectFrom('run')
        .select('id')
        .where('owner_id', '=', personId)
        .where('state', 'in', ['running', 'waiting']),
    ),
  )
  for (const { id } of active) {
    // One that ended by itself meanwhile needs no stopping.
    await runs.cancel({ personId, runId: id }).catch((error: unknown) => {
      if (!(error instanceof SendRefused)) throw error
    })
  }
}
