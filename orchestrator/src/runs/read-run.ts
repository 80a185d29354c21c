import type { Run } from '@ai-assistant/contract'
import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

/** The state of a person's run, and how far its journal goes: 0 where it was pruned. Null where there is none. */
export async function readRun(database: Database, personId: string, id: string): Promise<Run | null> {
  return database.asPerson(personId, async (tx) => {
    const run = await tx.first(
      queries
        .selectFrom('run')
        .select(['id', 'conversation_id', 'message_id', 'state', 'created_at', 'ended_at'])
        .where('id', '=', id)
        .where('owner_id', '=', personId),
    )
    if (run === undefined) return null
    const last = await tx.sql<{ seq: string | number }>(
      'select seq from run_event where run_id = $1 order by seq desc limit 1',
      [id],
    )
    return {
      id: run.id,
      conversationId: run.conversation_id,
      messageId: run.message_id,
      state: run.state,
      lastSeq: Number(last[0]?.seq ?? 0),
      createdAt: run.created_at.toISOString(),
      endedAt: run.ended_at?.toISOString() ?? null,
    }
  })
}
