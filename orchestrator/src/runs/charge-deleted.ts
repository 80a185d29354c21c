import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { writeUsage } from './write-rows.ts'

/**
 * An answer that was deleted while it was written has cost something all the same: its last model call, unless that stands
 * in the ledger already. A run that lives on under another worker is settled there. Never rejects.
 */
export async function chargeDeleted(database: Database, context: RunContext, deps: RunDeps): Promise<void> {
  const row = context.lastCall?.()
  if (row === undefined) return
  try {
    await database.asSystem(async (tx) => {
      const run = await tx.first(queries.selectFrom('run').select('id').where('id', '=', context.run.id))
      if (run === undefined) writeUsage(tx, context, row, deps)
    })
  } catch (error) {
    deps.log.warn({ err: error, run: context.run.id }, 'What a deleted answer has cost could not be written down')
  }
}
