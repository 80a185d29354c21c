import type {
  ChangeConversation,
  Conversation,
  ConversationPage,
  ListConversations,
  MessageState,
} from '@ai-assistant/contract'
import { type ExpressionBuilder, sql } from 'kysely'
import { z } from 'zod'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { forgetEvents } from '../journal/forget-events.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { Tables } from '../storage/tables.ts'

/** The conversations of a person. Someone else's and none look the same: null. */
export interface Conversations {
  /** Null where the cursor is none of ours. */
  list(personId: string, query: ListConversations): Promise<ConversationPage | null>
  get(personId: string, id: string): Promise<Conversation | null>
  /** `stale` where the head is to change and the version is not the current one. */
  change(
    personId: string,
    id: string,
    change: ChangeConversation,
  ): Promise<Conversation | 'stale' | 'no-message' | null>
  /**
   * Deletes it with everything in it, its answers' events too; what it cost stays in the ledger. Tells which answer was
   * being written. Null where there is no such conversation.
   */
  remove(personId: string, id: string, origin: AuditOrigin): Promise<{ activeRunId: string | null } | null>
  /** The id of the conversation that a client of the AI SDK's transport calls by its own name, or by ours. */
  findByName(personId: string, name: string): Promise<{ id: string; activeRunId: string | null } | null>
}

export function createConversations(database: Database): Conversations {
  return {
    list: (personId, query) => database.asPerson(personId, (tx) => list(tx, personId, query)),
    get: (personId, id) => database.asPerson(personId, (tx) => get(tx, personId, id)),
    change: (personId, id, change) => database.asPerson(personId, (tx) => changeOne(tx, personId, id, change)),
    remove: async (personId, id, origin) => {
      const runs = await database.asPerson(personId, async (tx) => {
        const removed = await remove(tx, personId, id)
        const object = { type: 'conversation', id }
        const actor = { kind: 'person' as const, id: personId }
        if (removed !== null) await recordAudit(tx, { actor, action: 'conversation.deleted', object, origin })
        return removed
      })
      if (runs === null) return null
      const runIds = runs.map((run) => run.id)
      await forgetEvents(database, runIds)
      return { activeRunId: runs.find((run) => run.state === 'running' || run.state === 'waiting')?.id ?? null }
    },
    findByName: (personId, name) => database.asPerson(personId, (tx) => findByName(tx, personId, name)),
  }
}

type Row = {
  id: string
  title: string
  title_source: 'none' | 'automatic' | 'person'
  system_prompt: string
  version: number
  head_message_id: string | null
  active_run_id: string | null
  created_at: Date
  updated_at: Date
}

function activeRun(builder: ExpressionBuilder<Tables, 'conversation'>) {
  return builder
    .selectFrom('run')
    .select('run.id')
    .whereRef('run.conversation_id', '=', 'conversation.id')
    .where('run.state', 'in', ['running', 'waiting'])
    .as('active_run_id')
}

const columns = [
  'id',
  'title',
  'title_source',
  'system_prompt',
  'version',
  'head_message_id',
  'created_at',
  'updated_at',
] as const

async function list(tx: Tx, personId: string, query: ListConversations): Promise<ConversationPage | null> {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor)
  if (query.cursor !== undefined && after === null) return null
  const words = query.search?.trim() ?? ''
  const rows: Row[] = await tx.all(
    queries
      .selectFrom('conversation')
      .select([...columns, activeRun])
      .where('owner_id', '=', personId)
      .where('origin', '=', sql.lit(query.origin))
      .$if(after !== null, (builder) =>
        builder.where(
          sql<boolean>`(updated_at, id) < (timestamptz 'epoch' + ${after?.micros}::bigint * interval '1 microsecond', ${after?.id}::uuid)`,
        ),
      )
      .$if(words !== '', (builder) =>
        builder.where(sql<boolean>`id in (select search_conversations(${toPattern(words)}))`),
      )
      .orderBy('updated_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1),
  )
  const items = rows.slice(0, query.limit)
  const last = items.at(-1)
  return {
    items: items.map(toConversation),
    nextCursor: rows.length > query.limit && last ? await encodeCursor(tx, last.id) : null,
  }
}

async function get(tx: Tx, personId: string, id: string): Promise<Conversation | null> {
  const row: Row | undefined = await tx.first(
    queries
      .selectFrom('conversation')
      .select([...columns, activeRun])
      .where('id', '=', id)
      .where('owner_id', '=', personId),
  )
  return row ? toConversation(row) : null
}

async function changeOne(
  tx: Tx,
  personId: string,
  id: string,
  change: ChangeConversation,
): Promise<Conversation | 'stale' | 'no-message' | null> {
  const current = await tx.first(
    queries
      .selectFrom('conversation')
      .select(['version', 'head_message_id'])
      .where('id', '=', id)
      .where('owner_id', '=', personId)
      .forUpdate(),
  )
  if (current === undefined) return null
  if (change.version !== undefined && change.version !== current.version) return 'stale'
  const head = change.headMessageId === undefined ? undefined : await leafBelow(tx, id, change.headMessageId)
  if (head === null) return 'no-message'
  const changes = {
    ...(change.title === undefined ? {} : { title: change.title, title_source: 'person' as const }),
    ...(change.systemPrompt === undefined ? {} : { system_prompt: change.systemPrompt }),
    ...(head === undefined ? {} : { head_message_id: head, version: current.version + 1 }),
  }
  if (Object.keys(changes).length > 0) {
    await tx.run(queries.updateTable('conversation').set(changes).where('id', '=', id))
  }
  return get(tx, personId, id)
}

/** Showing a branch means showing it to its end: from the named message down, always the youngest child. */
async function leafBelow(tx: Tx, conversationId: string, messageId: string): Promise<string | null> {
  const rows = await tx.sql<{ id: string }>(
    `with recursive path as (
       select id, 1 as depth from message where id = $2 and conversation_id = $1
       union all
       select child.id, path.depth + 1 from path
       cross join lateral (
         select id from message where conversation_id = $1 and parent_id = path.id order by id desc limit 1
       ) child
     )
     select id from path order by depth desc limit 1`,
    [conversationId, messageId],
  )
  return rows[0]?.id ?? null
}

/** The runs that went with it. Its row is locked first, so that no run can begin in between. */
async function remove(tx: Tx, personId: string, id: string): Promise<{ id: string; state: MessageState }[] | null> {
  const mine = queries.selectFrom('conversation').select('id').where('id', '=', id).where('owner_id', '=', personId)
  if ((await tx.first(mine.forUpdate())) === undefined) return null
  const runs = await tx.all(queries.selectFrom('run').select(['id', 'state']).where('conversation_id', '=', id))
  await tx.run(queries.deleteFrom('conversation').where('id', '=', id))
  return runs
}

async function findByName(
  tx: Tx,
  personId: string,
  name: string,
): Promise<{ id: string; activeRunId: string | null } | null> {
  const row = await tx.first(
    queries
      .selectFrom('conversation')
      .select(['id', activeRun])
      .where('owner_id', '=', personId)
      .where((builder) => builder.or([builder('alias', '=', name), builder(sql<string>`id::text`, '=', name)])),
  )
  return row ? { id: row.id, activeRunId: row.active_run_id } : null
}

function toConversation(row: Row): Conversation {
  return {
    id: row.id,
    title: row.title,
    titleSource: row.title_source,
    systemPrompt: row.system_prompt,
    version: row.version,
    headMessageId: row.head_message_id,
    activeRunId: row.active_run_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

/** A substring pattern for `ilike`, with the person's own `%` and `_` taken as letters. */
function toPattern(words: string): string {
  return `%${words.replace(/[\\%_]/g, '\\$&')}%`
}

/** Keyset: the last row's place in the order, with the database's full microseconds. */
async function encodeCursor(tx: Tx, id: string): Promise<string> {
  const rows = await tx.sql<{ micros: string }>(
    'select (extract(epoch from updated_at) * 1000000)::bigint::text as micros from conversation where id = $1',
    [id],
  )
  return Buffer.from(JSON.stringify([rows[0]?.micros, id])).toString('base64url')
}

const cursorSchema = z.tuple([z.string().regex(/^\d{1,17}$/), z.uuid()])

function decodeCursor(cursor: string): { micros: string; id: string } | null {
  try {
    const { data } = cursorSchema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return data === undefined ? null : { micros: data[0], id: data[1] }
  } catch {
    return null
  }
}
