import type { MessagePart, Usage, UserPart } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { placeHistory } from './place-history.ts'
import { wordsOf } from './run-state.ts'
import { noUsage } from './run-step.ts'
import { SendRefused } from './send-refused.ts'
import type { StartOptions, StartRequest } from './start-request.ts'

/** Where a run writes, and what it starts from. */
export interface PlacedMessages {
  messageId: string
  userMessageId: string | null
  stored: MessagePart[]
  usage: Usage
}

/** Puts the question and its empty answer into the tree; a continued answer stands there already. */
export async function placeMessages(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  conversation: Place,
): Promise<PlacedMessages> {
  if (request.program !== undefined) {
    const { lastId, questionId } = await placeHistory(tx, request.program.messages, options, conversation.id)
    const messageId = await insertAnswer(tx, options, conversation.id, lastId)
    return { messageId, userMessageId: questionId, stored: [], usage: noUsage }
  }
  if (request.trigger === 'submit-message') return submit(tx, request, options, conversation)
  const answerId = request.messageId ?? conversation.head_message_id
  if (answerId === null) throw new SendRefused('unprocessable', 'messageId: this conversation has no answer yet')
  const answer = await tx.first(
    queries
      .selectFrom('message')
      .select(['id', 'parent_id', 'parts', 'state', 'usage'])
      .where('id', '=', answerId)
      .where('conversation_id', '=', conversation.id)
      .where('role', '=', 'assistant'),
  )
  if (answer === undefined) throw new SendRefused('not_found')
  if (request.trigger === 'regenerate-message') {
    const messageId = await insertAnswer(tx, options, conversation.id, answer.parent_id)
    return { messageId, userMessageId: answer.parent_id, stored: [], usage: noUsage }
  }
  if (answer.state !== 'incomplete' && answer.state !== 'cancelled') {
    throw new SendRefused('unprocessable', 'messageId: only an incomplete or stopped answer can be continued')
  }
  return { messageId: answer.id, userMessageId: answer.parent_id, stored: answer.parts, usage: answer.usage ?? noUsage }
}

async function submit(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  conversation: Place,
): Promise<PlacedMessages> {
  const parts = request.parts ?? []
  if (parts.every((part) => part.type === 'text' && part.text.trim() === ''))
    throw new SendRefused('unprocessable', 'parts: a message needs text or an image')
  const parentId = request.parentId === undefined ? conversation.head_message_id : request.parentId
  if (parentId !== null) await requireMessage(tx, conversation.id, parentId)
  const userMessageId = options.newId()
  await tx.run(
    queries.insertInto('message').values({
      id: userMessageId,
      conversation_id: conversation.id,
      owner_id: options.personId,
      parent_id: parentId,
      role: 'user',
      parts: JSON.stringify(parts.map(toStored)),
      words: wordsOf(parts),
      state: 'complete',
    }),
  )
  const messageId = await insertAnswer(tx, options, conversation.id, userMessageId)
  return { messageId, userMessageId, stored: [], usage: noUsage }
}

async function requireMessage(tx: Tx, conversationId: string, id: string): Promise<void> {
  const found = await tx.first(
    queries.selectFrom('message').select('id').where('id', '=', id).where('conversation_id', '=', conversationId),
  )
  if (found === undefined) throw new SendRefused('not_found')
}

async function insertAnswer(
  tx: Tx,
  options: StartOptions,
  conversationId: string,
  parentId: string | null,
): Promise<string> {
  const id = options.newId()
  await tx.run(
    queries.insertInto('message').values({
      id,
      conversation_id: conversationId,
      owner_id: options.personId,
      parent_id: parentId,
      role: 'assistant',
      parts: '[]',
      state: 'running',
      model: options.model,
    }),
  )
  return id
}

interface Place {
  id: string
  head_message_id: string | null
}

function toStored(part: UserPart): UserPart {
  return part.type === 'text' ? { type: 'text', text: part.text } : part
}
