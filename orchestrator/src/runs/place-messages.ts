import type { MessagePart, Usage, UserPart } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { type MessageRow, rowsOfBranch } from './rows-of-branch.ts'
import type { RunIdentity } from './run-context.ts'
import { noUsage } from './run-step.ts'
import { type HeldConversation, UNREAD } from './check-start.ts'
import { SendRefused } from './send-refused.ts'
import type { StartOptions, StartRequest } from './start-request.ts'

/** Where a run writes, and what it starts from. */
export interface Place {
  messageId: string
  userMessageId: string | null
  stored: MessagePart[]
  usage: Usage
  /** What is put before the answer. */
  before: MessageRow[]
  /** The first of it comes below the conversation's head, whichever that is when it is put there. */
  isBelowHead?: true
  /** Where the empty answer is put; null where it stands there already, and is continued. */
  answer: { parentId: string | null } | null
}

/** Finds the place of an answer in the conversation's tree. Writes nothing. */
export async function choosePlace(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  conversation: HeldConversation,
): Promise<Place> {
  if (request.program !== undefined) {
    const rows = rowsOfBranch(request.program.messages, null, { ...options, conversationId: conversation.id })
    return below(rows, options)
  }
  if (request.trigger === 'submit-message') return placeOfQuestion(tx, request, options, conversation)
  const { head } = conversation
  const answerId = request.messageId ?? (head === UNREAD ? null : head)
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
  const parentId = answer.parent_id
  if (request.trigger === 'regenerate-message') {
    const fresh = { messageId: options.newId(), stored: [], usage: noUsage, answer: { parentId } }
    return { ...fresh, userMessageId: parentId, before: [] }
  }
  if (answer.state !== 'incomplete' && answer.state !== 'cancelled') {
    throw new SendRefused('unprocessable', 'messageId: only an incomplete or stopped answer can be continued')
  }
  const continued = { messageId: answer.id, stored: answer.parts, usage: answer.usage ?? noUsage, answer: null }
  return { ...continued, userMessageId: parentId, before: [] }
}

async function placeOfQuestion(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  conversation: HeldConversation,
): Promise<Place> {
  const parts = request.parts ?? []
  if (parts.every((part) => part.type === 'text' && part.text.trim() === ''))
    throw new SendRefused('unprocessable', 'parts: a message needs text or an image')
  const question = { role: 'user' as const, parts: parts.map(toStored) }
  const rows = { ...options, conversationId: conversation.id }
  const parentId = request.parentId === undefined ? conversation.head : request.parentId
  // The head is there: its conversation is held.
  if (parentId === UNREAD) return { ...below(rowsOfBranch([question], null, rows), options), isBelowHead: true }
  if (parentId !== null && parentId !== conversation.head) await requireMessage(tx, conversation.id, parentId)
  return below(rowsOfBranch([question], parentId, rows), options)
}

/** An empty answer below the last of these. */
function below(before: MessageRow[], options: StartOptions): Place {
  const last = before.at(-1)
  return {
    messageId: options.newId(),
    userMessageId: last?.role === 'user' ? last.id : null,
    stored: [],
    usage: noUsage,
    before,
    answer: { parentId: last?.id ?? null },
  }
}

async function requireMessage(tx: Tx, conversationId: string, id: string): Promise<void> {
  const found = await tx.first(
    queries.selectFrom('message').select('id').where('id', '=', id).where('conversation_id', '=', conversationId),
  )
  if (found === undefined) throw new SendRefused('not_found')
}

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const ROWS = 1000

/** Puts the question and its empty answer into the tree, or has the answer that is continued run again. */
export function placeMessages(tx: Tx, options: StartOptions, place: Place, run: RunIdentity): void {
  const { before, answer } = place
  const running = { run_id: run.id, state: 'running', model: options.model } as const
  if (answer === null) {
    const again = { ...running, reason: null, error: null }
    return tx.send(queries.updateTable('message').set(again).where('id', '=', place.messageId))
  }
  const common = [run.conversationId, options.personId, place.messageId, answer.parentId, run.id, options.model]
  const [question, ...others] = before
  if (question !== undefined && others.length === 0 && question.role === 'user') {
    const { parent_id, parts, words } = question
    const values = [...common, parent_id, parts, words, place.isBelowHead ?? false]
    return tx.send({ text: QUESTION_AND_ANSWER, values, name: 'question_and_answer' })
  }
  for (let at = 0; at < before.length; at += ROWS) {
    tx.send(queries.insertInto('message').values(before.slice(at, at + ROWS)))
  }
  tx.send({ text: ANSWER, values: common, name: 'empty_answer' })
}

const ANSWER = `
  insert into message (conversation_id, owner_id, id, parent_id, role, parts, state, run_id, model)
  values ($1, $2, $3, $4, 'assistant', '[]', 'running', $5, $6)`

/** What is asked most: one question, and its answer below it. */
const QUESTION_AND_ANSWER = `
  insert into message (conversation_id, owner_id, id, parent_id, role, parts, words, state, run_id, model)
  values
    ($1, $2, $4, case when $10 then (select head_message_id from conversation where id = $1) else $7::uuid end,
      'user', $8, $9, 'complete', null, null),
    ($1, $2, $3, $4, 'assistant', '[]', '', 'running', $5, $6)`

function toStored(part: UserPart): UserPart {
  return part.type === 'text' ? { type: 'text', text: part.text } : part
}
