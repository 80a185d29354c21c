import type { MessagePart, MessageState } from '@ai-assistant/contract'
import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

export interface ExportedConversation {
  id: string
  title: string
  systemPrompt: string
  createdAt: string
  updatedAt: string
}

export interface ExportedMessage {
  id: string
  parentId: string | null
  role: 'user' | 'assistant'
  parts: MessagePart[]
  state: MessageState
  model: string | null
  createdAt: string
  /** Whether it lies on the branch that the conversation shows. */
  shown: boolean
}

/** Rows read at a time. Messages may hold images of megabytes. */
const CONVERSATIONS = 200
const MESSAGES = 10

/** All conversations of a person, oldest first, a page at a time: an export of any size takes little memory. */
export async function* exportConversations(
  database: Database,
  personId: string,
): AsyncGenerator<ExportedConversation & { headMessageId: string | null }> {
  let page = await readConversations(database, personId, null)
  while (page.length > 0) {
    yield* page
    page = await readConversations(database, personId, page.at(-1)?.id ?? null)
  }
}

async function readConversations(
  database: Database,
  personId: string,
  after: string | null,
): Promise<(ExportedConversation & { headMessageId: string | null })[]> {
  const rows = await database.asPerson(personId, (tx) =>
    tx.all(
      queries
        .selectFrom('conversation')
        .select(['id', 'title', 'system_prompt', 'head_message_id', 'created_at', 'updated_at'])
        .where('owner_id', '=', personId)
        .$if(after !== null, (builder) => builder.where('id', '>', after))
        .orderBy('id')
        .limit(CONVERSATIONS),
    ),
  )
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    systemPrompt: row.system_prompt,
    headMessageId: row.head_message_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }))
}

/** All messages of a conversation, those of other branches too, in the order they were written. */
export async function* exportMessages(
  database: Database,
  personId: string,
  conversation: { id: string; headMessageId: string | null },
): AsyncGenerator<ExportedMessage> {
  const shown = await readShown(database, personId, conversation)
  let page = await readMessages(database, personId, conversation.id, null)
  while (page.length > 0) {
    for (const message of page) yield { ...message, shown: shown.has(message.id) }
    page = await readMessages(database, personId, conversation.id, page.at(-1)?.id ?? null)
  }
}

async function readMessages(
  database: Database,
  personId: string,
  conversationId: string,
  after: string | null,
): Promise<Omit<ExportedMessage, 'shown'>[]> {
  const rows = await database.asPerson(personId, (tx) =>
    tx.all(
      queries
        .selectFrom('message')
        .select(['id', 'parent_id', 'role', 'parts', 'state', 'model', 'created_at'])
        .where('conversation_id', '=', conversationId)
        .where('owner_id', '=', personId)
        .$if(after !== null, (builder) => builder.where('id', '>', after))
        .orderBy('id')
        .limit(MESSAGES),
    ),
  )
  return rows.map((row) => ({
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    parts: row.parts,
    state: row.state,
    model: row.model,
    createdAt: row.created_at.toISOString(),
  }))
}

async function readShown(
  database: Database,
  personId: string,
  { id, headMessageId }: { id: string; headMessageId: string | null },
): Promise<Set<string>> {
  if (headMessageId === null) return new Set()
  const rows = await database.asPerson(personId, (tx) =>
    tx.sql<{ id: string }>(
      `with recursive branch as (
         select id, parent_id from message where id = $2 and conversation_id = $1
         union all
         select message.id, message.parent_id from branch join message on message.id = branch.parent_id
       )
       select id from branch`,
      [id, headMessageId],
    ),
  )
  return new Set(rows.map((row) => row.id))
}
