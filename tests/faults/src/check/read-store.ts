import { withDatabase } from '../cluster/ask-database.ts'
import type { Store, StoredEvent, StoredItem, StoredMessage, StoredRun, StoredUsage } from './evidence.ts'

/** Reads all that belongs to these people, past every proxy and without row-level security. */
export async function readStore(databaseUrl: string, personIds: readonly string[]): Promise<Store> {
  return withDatabase(databaseUrl, async (client) => {
    const read = async <R extends object>(text: string): Promise<R[]> =>
      (await client.query<R & Record<string, unknown>>(text, [personIds])).rows
    return {
      messages: await read<StoredMessage>(
        `select id, conversation_id, owner_id, parent_id, role, parts, state, error, usage
         from message where owner_id = any($1) order by id`,
      ),
      runs: await read<StoredRun>(
        `select id, owner_id, conversation_id, message_id, user_message_id, kind, state, epoch, deaths
         from run where owner_id = any($1) order by id`,
      ),
      events: (
        await read<StoredEvent>(
          `select e.run_id, e.seq, e.epoch, e.payload from run_event e join run on run.id = e.run_id
           where run.owner_id = any($1) order by e.run_id, e.seq`,
        )
      ).map((event) => ({ ...event, seq: Number(event.seq) })),
      items: await read<StoredItem>(
        `select run_id, item_id, tool, input, state, approval_id from run_item where owner_id = any($1)`,
      ),
      usage: await read<StoredUsage>(
        `select run_id, item, attempt, kind, input_tokens, output_tokens, estimated, charged
         from usage_entry where owner_id = any($1)`,
      ),
      keys: await read<Store['keys'][number]>(
        `select owner_id, key, answer from idempotency_key where owner_id = any($1)`,
      ),
    }
  })
}
