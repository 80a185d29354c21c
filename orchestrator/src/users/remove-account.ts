import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { forgetEvents } from '../journal/forget-events.ts'
import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { PeopleRefused } from './people-refused.ts'

/** The ledger's lines of people who are gone belong to nobody. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * Deletes a person with everything of theirs; what it cost stays in the ledger, without saying whose it was. Returns the
 * answers that were being written, for whoever writes them to stop. Throws `PeopleRefused` for the owner.
 */
export async function removeAccount(
  database: Database,
  personId: string,
  by: { personId: string; origin: AuditOrigin },
): Promise<{ activeRunIds: string[] }> {
  const runs = await database.asSystem(async (tx) => {
    // Locked first: no conversation can begin in between, and no one can be made the owner.
    const person = await tx.first(queries.selectFrom('app_user').select('role').where('id', '=', personId).forUpdate())
    if (person?.role === 'owner') {
      throw new PeopleRefused('owner_stays', 'Hand over to somebody else first; then you can go.')
    }
    const theirs = queries.selectFrom('conversation').select('id').where('owner_id', '=', personId)
    const all = await tx.all(queries.selectFrom('run').select(['id', 'state']).where('conversation_id', 'in', theirs))
    await tx.run(queries.deleteFrom('conversation').where('owner_id', '=', personId))
    await tx.run(queries.updateTable('usage_entry').set({ owner_id: NOBODY }).where('owner_id', '=', personId))
    await tx.run(queries.updateTable('mcp_tool_pin').set({ accepted_by: null }).where('accepted_by', '=', personId))
    await tx.run(queries.deleteFrom('app_user').where('id', '=', personId))
    await recordAudit(tx, {
      actor: { kind: 'person', id: by.personId },
      action: 'account.deleted',
      object: { type: 'person', id: personId },
      origin: by.origin,
    })
    return all
  })
  const ids = runs.map((run) => run.id)
  await forgetEvents(database, ids)
  return { activeRunIds: runs.filter((run) => run.state === 'running' || run.state === 'waiting').map((run) => run.id) }
}

/** An answer that was written while its person was deleted comes to the ledger late. */
export async function anonymiseLate(database: Database): Promise<void> {
  await database.asSystem((tx) =>
    tx.sql(
      `update usage_entry set owner_id = $1
       where owner_id <> $1 and created_at > now() - interval '1 day' and not exists (select from app_user where app_user.id = usage_entry.owner_id)`,
      [NOBODY],
    ),
  )
}
