import type { Database } from '../storage/database.ts'

/** Deleted in one go at the most. What is left goes the next time. */
const MAX_DELETED = 5000

/** Deletes what programs asked long ago, with its answers. What it cost stays in the ledger. */
export async function forgetProgramChats(database: Database, days: number): Promise<void> {
  await database.asSystem((tx) => tx.sql(FORGET, [days, MAX_DELETED]))
}

const FORGET = `
  delete from conversation where id in (
    select id from conversation c
    where origin = 'api' and updated_at < now() - make_interval(days => $1)
      and not exists (select from run where run.conversation_id = c.id and run.state in ('running', 'waiting'))
    order by updated_at limit $2)`
