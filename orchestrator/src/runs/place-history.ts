import type { MessagePart } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { wordsOf } from './run-state.ts'
import type { ProgramChat } from './run-options.ts'
import type { StartOptions } from './start-request.ts'

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const ROWS = 1000

/** Stores a program's chat, one message below the other. Returns the last one, to be answered. */
export async function placeHistory(
  tx: Tx,
  messages: ProgramChat['messages'],
  options: StartOptions,
  conversationId: string,
): Promise<{ lastId: string | null; questionId: string | null }> {
  let parentId: string | null = null
  const rows = messages.map(({ role, parts }) => {
    const row = toRow({ role, parts, parentId, conversationId }, options)
    parentId = row.id
    return row
  })
  for (let at = 0; at < rows.length; at += ROWS) {
    await tx.run(queries.insertInto('message').values(rows.slice(at, at + ROWS)))
  }
  const last = rows.at(-1)
  return { lastId: last?.id ?? null, questionId: last?.role === 'user' ? last.id : null }
}

function toRow(
  message: { role: 'user' | 'assistant'; parts: MessagePart[]; parentId: string | null; conversationId: string },
  options: StartOptions,
) {
  const { role, parts, parentId, conversationId } = message
  return {
    id: options.newId(),
    conversation_id: conversationId,
    owner_id: options.personId,
    parent_id: parentId,
    role,
    parts: JSON.stringify(parts),
    words: wordsOf(parts),
    state: 'complete' as const,
  }
}
