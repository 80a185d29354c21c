import type { MessagePart } from '@ai-assistant/contract'
import { wordsOf } from './run-state.ts'

/** A message that is complete, as it is stored. */
export interface MessageRow {
  id: string
  conversation_id: string
  owner_id: string
  parent_id: string | null
  role: 'user' | 'assistant'
  parts: string
  words: string
  state: 'complete'
}

/** Messages as rows, one below the other, the first of them below `parentId`. */
export function rowsOfBranch(
  messages: readonly { role: 'user' | 'assistant'; parts: readonly MessagePart[] }[],
  parentId: string | null,
  options: { personId: string; conversationId: string; newId: () => string },
): MessageRow[] {
  let above = parentId
  return messages.map(({ role, parts }) => {
    const row: MessageRow = {
      id: options.newId(),
      conversation_id: options.conversationId,
      owner_id: options.personId,
      parent_id: above,
      role,
      parts: JSON.stringify(parts),
      words: wordsOf(parts),
      state: 'complete',
    }
    above = row.id
    return row
  })
}
