import { randomUUID } from 'node:crypto'
import type { OpenedDatabase } from '../../../../orchestrator/src/storage/pooled-database.ts'

/** Everything that `copy`'s text format must write in another way, and what looks like it. */
export const oddText = 'tab\there, line\nbreak\r, \\N and \\\\ and "quotes", ü🙂 \u2028, $1 %s ; drop table message; --'

/** An event of long ago, for which a new database has no partition. */
export async function addOldEvents(database: OpenedDatabase): Promise<void> {
  await database.administer(async (client) => {
    await client.query(
      `create table run_event_20000101 partition of run_event
       for values from (uuid_v7_floor('2000-01-01')) to (uuid_v7_floor('2000-01-02'))`,
    )
    await client.query(`alter table run_event_20000101 enable row level security`)
    await client.query(
      `insert into run_event (run_id, seq, epoch, payload)
       select uuid_v7_floor('2000-01-01 12:00'), n, 1, $1 || n from generate_series(1, 50) n`,
      [oddText],
    )
  })
}

/** A person with conversations, each a question and its answer: rows of many shapes. */
export async function fillDatabase(database: OpenedDatabase, conversations: number): Promise<{ ownerId: string }> {
  const ownerId = randomUUID()
  await database.administer(async (client) => {
    await client.query(`insert into app_user (id, name, role, email) values ($1, $2, 'member', null)`, [
      ownerId,
      oddText,
    ])
    await client.query(
      `insert into session (id_hash, user_id, expires_at) values ('\\x00ff0a5c' || uuid_send($1), $1, now() + interval '1 day')`,
      [ownerId],
    )
    await client.query(
      `with c as (
         insert into conversation (id, owner_id, title, head_message_id)
         select gen_random_uuid(), $1, $2 || n, null from generate_series(1, $3::integer) n returning id),
       first as (
         insert into message (id, conversation_id, owner_id, role, parts, words, state)
         select gen_random_uuid(), id, $1, 'user', jsonb_build_array(jsonb_build_object('type', 'text', 'text', $2::text)), $2,
           'complete' from c returning id, conversation_id)
       insert into message (id, conversation_id, owner_id, parent_id, role, parts, words, state, usage)
       select gen_random_uuid(), conversation_id, $1, id, 'assistant', '[]', repeat($2, 40), 'complete', '{"input": 1e3}'
       from first`,
      [ownerId, oddText, conversations],
    )
  })
  return { ownerId }
}
