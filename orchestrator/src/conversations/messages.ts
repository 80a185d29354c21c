import type { ListMessages, Message, MessagePage } from '@ai-assistant/contract'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { type BranchMessage, readBranch } from './read-branch.ts'

/** The messages of a person's conversation, as its shown branch. Null where there is no such conversation. */
export interface Messages {
  list(personId: string, conversationId: string, query: ListMessages): Promise<MessagePage | null>
}

export function createMessages(database: Database): Messages {
  return {
    list: (personId, conversationId, query) =>
      database.asPerson(personId, (tx) => list(tx, personId, conversationId, query)),
  }
}

async function list(
  tx: Tx,
  personId: string,
  conversationId: string,
  query: ListMessages,
): Promise<MessagePage | null> {
  const conversation = await tx.first(
    queries
      .selectFrom('conversation')
      .select('head_message_id')
      .where('id', '=', conversationId)
      .where('owner_id', '=', personId),
  )
  if (conversation === undefined) return null
  const leaf =
    query.before === undefined ? conversation.head_message_id : await parentOf(tx, conversationId, query.before)
  if (leaf === null) return { items: [], nextCursor: null }
  const branch = await readBranch(tx, conversationId, leaf, query.limit)
  const siblings = await readSiblings(tx, conversationId, branch)
  const oldest = branch.at(-1)
  return {
    items: branch.reverse().map((message) => toMessage(message, siblings)),
    nextCursor: oldest !== undefined && oldest.parent_id !== null ? oldest.id : null,
  }
}

async function parentOf(tx: Tx, conversationId: string, id: string): Promise<string | null> {
  const row = await tx.first(
    queries
      .selectFrom('message')
      .select('parent_id')
      .where('id', '=', id)
      .where('conversation_id', '=', conversationId),
  )
  return row?.parent_id ?? null
}

/** The children of every parent on the page, oldest first, by parent; the roots under ''. */
async function readSiblings(
  tx: Tx,
  conversationId: string,
  branch: readonly BranchMessage[],
): Promise<Map<string, string[]>> {
  const parents = branch.flatMap((message) => message.parent_id ?? [])
  const withRoots = branch.some((message) => message.parent_id === null)
  const rows = await tx.sql<{ id: string; parent_id: string | null }>(
    SIBLINGS,
    [conversationId, parents, withRoots],
    'read_siblings',
  )
  const siblings = new Map<string, string[]>()
  for (const row of rows) {
    const list = siblings.get(row.parent_id ?? '') ?? []
    siblings.set(row.parent_id ?? '', [...list, row.id])
  }
  return siblings
}

/** Two searches of one index each: as one condition, a plan made for any page would look through the whole conversation. */
const SIBLINGS = `
  select id, parent_id from message where conversation_id = $1 and parent_id = any($2::uuid[])
  union all
  select id, parent_id from message where $3 and conversation_id = $1 and parent_id is null
  order by id`

function toMessage(message: BranchMessage, siblings: ReadonlyMap<string, string[]>): Message {
  return {
    id: message.id,
    parentId: message.parent_id,
    role: message.role,
    parts: message.parts,
    state: message.state,
    reason: message.reason,
    error: message.error,
    runId: message.run_id,
    model: message.model,
    usage: message.usage,
    createdAt: message.created_at.toISOString(),
    siblings: siblings.get(message.parent_id ?? '') ?? [message.id],
  }
}
