import type { RunStarted } from '@ai-assistant/contract'
import type { ExpressionBuilder } from 'kysely'
import { isUuid } from '../lib/new-id.ts'
import { type AnswerLimits, type AnswerStanding, countAnswer } from '../limits/count-answer.ts'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { UNFULFILLED } from '../storage/refuse-unless.ts'
import type { Tables } from '../storage/tables.ts'
import { findClaim } from './idempotency-key.ts'
import { SendRefused } from './send-refused.ts'
import type { StartOptions, StartRequest } from './start-request.ts'

/** A conversation's head that nobody has looked at: the database knows it when the question is put below it. */
export const UNREAD = Symbol('unread')

/** The conversation a question is put into. The transaction holds it, so that one question after the other is accepted. */
export interface HeldConversation {
  id: string
  version: number
  /** Its newest message; null where it has none. */
  head: string | null | typeof UNREAD
  /** Whether a title may be made of the question; where that is unread, the database looks itself. */
  titled: boolean
  isNew: boolean
}

/** What a question is accepted on. */
export interface Ground {
  conversation: HeldConversation
  /** How the person's limits stand with it; null where nothing is limited. */
  counted: Promise<AnswerStanding | null>
}

/** This request is a repeated one: undoes what it has done so far, for it was counted, and must not be. */
export class AnsweredBefore extends Error {
  readonly answer: RunStarted

  constructor(answer: RunStarted) {
    super('this request was answered before')
    this.answer = answer
  }
}

/**
 * Looks what is there, and whether one more answer is allowed: one trip to the database. Throws `AnsweredBefore`, and
 * `SendRefused` as `startRun` does.
 */
export async function checkStart(tx: Tx, request: StartRequest, options: StartOptions): Promise<Ground> {
  // Read behind the conversation's lock, which may have waited for the very request this one repeats. A conversation made
  // here has no lock to wait for, and must not stay behind: there the claim fails, and all of this is rolled back.
  const [found, answer, active, standing] = await Promise.all([
    lockConversation(tx, request, options),
    findClaim(tx, request, options),
    request.conversationId === undefined ? null : findActive(tx, request.conversationId),
    options.limits === null ? null : countAnswer(tx, options.personId, options.limits),
  ])
  if (answer !== null) throw new AnsweredBefore(answer)
  const conversation = found ?? newConversation(request, options)
  refuseIfBusyOrStale(request, conversation, active ?? (await activeOf(tx, request, conversation)))
  refuseIfTooMany(request, options.limits, standing)
  return { conversation, counted: Promise.resolve(standing) }
}

/** Whether all that a request needs to be accepted can be required of the database instead of being looked at first. */
export function canAssume(request: StartRequest): boolean {
  const { key, trigger, alias, parentId, conversationId, version } = request
  const isBelowHead = trigger === 'submit-message' && alias === undefined && parentId === undefined
  const isKnown = conversationId === undefined ? (version ?? 0) === 0 : version !== undefined
  // Without a key, a commit that nobody heard of could not be told from one that never began.
  return isBelowHead && isKnown && key !== null
}

/**
 * The same without waiting for an answer: the database refuses all of the transaction where things are not as they should be
 * (`isAssumedWrongly`), and `checkStart` in another one says why. So what is accepted, as nearly all is, takes no trip.
 */
export function assumeStart(tx: Tx, request: StartRequest, options: StartOptions): Ground {
  const { conversationId, version } = request
  if (conversationId !== undefined)
    tx.send({ text: EXPECT_VERSION, values: [conversationId, options.personId, version], name: 'expect_version' })
  const { limits, personId } = options
  const counted = limits === null ? Promise.resolve(null) : countAnswer(tx, personId, limits, { orRefuse: true })
  // What keeps it from being counted keeps the commit from standing, and is told there.
  counted.catch(() => undefined)
  const conversation =
    conversationId === undefined
      ? newConversation(request, options)
      : { id: conversationId, version: version ?? 0, head: UNREAD as typeof UNREAD, titled: false, isNew: false }
  return { conversation, counted }
}

/** That no answer is being written in it needs no question: there is one at the most (`run_one_active`). */
const EXPECT_VERSION = `
  select refuse_unless((select version from conversation where id = $1 and owner_id = $2 for update) = $3::bigint)`

/** The database's refusals of what `assumeStart` took for granted: a twin's key or answer is there, or something is otherwise. */
export function isAssumedWrongly(state: string): boolean {
  return state === UNFULFILLED || state === '23505'
}

/** The conversation that is meant, if it is there. */
async function lockConversation(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
): Promise<HeldConversation | null> {
  const { conversationId, alias } = request
  if (conversationId === undefined && alias === undefined) return null
  const mine = queries
    .selectFrom('conversation')
    .select(['id', 'version', 'head_message_id', 'title_source'])
    .where('owner_id', '=', options.personId)
    .forUpdate()
  const found = await tx.first(
    conversationId === undefined ? mine.where(isNamed(alias ?? '')) : mine.where('id', '=', conversationId),
  )
  if (found === undefined) return null
  const { id, version, head_message_id: head, title_source } = found
  return { id, version, head, titled: title_source !== 'none', isNew: false }
}

function newConversation(request: StartRequest, options: StartOptions): HeldConversation {
  const isSubmit = request.trigger === 'submit-message'
  if (request.conversationId !== undefined || (request.alias !== undefined && !isSubmit))
    throw new SendRefused('not_found')
  if (!isSubmit) throw new SendRefused('unprocessable', 'conversationId: name the conversation whose answer is meant')
  return { id: options.newId(), version: 0, head: null, titled: false, isNew: true }
}

/** Clients call a conversation by a name of their own, or by ours. */
function isNamed(name: string) {
  return (builder: ExpressionBuilder<Tables, 'conversation'>) =>
    builder.or([builder('alias', '=', name), ...(isUuid(name) ? [builder('id', '=', name)] : [])])
}

interface ActiveRun {
  id: string
  message_id: string
}

async function findActive(tx: Tx, conversationId: string): Promise<ActiveRun | null> {
  return (await tx.sql<ActiveRun>(FIND_ACTIVE, [conversationId], 'find_active'))[0] ?? null
}

const FIND_ACTIVE = `
  select id, message_id from run where conversation_id = $1 and state in ('running', 'waiting')`

/** Of a conversation that was called by a client's name, whose id was not known before. */
function activeOf(tx: Tx, request: StartRequest, conversation: HeldConversation): Promise<ActiveRun | null> | null {
  return conversation.isNew || request.conversationId !== undefined ? null : findActive(tx, conversation.id)
}

function refuseIfBusyOrStale(request: StartRequest, conversation: HeldConversation, active: ActiveRun | null): void {
  const { version, head: headMessageId } = conversation
  if (active)
    throw new SendRefused('run_active', undefined, { runId: active.id, messageId: active.message_id, version })
  if (request.version !== undefined && request.version !== version) {
    throw new SendRefused('conversation_changed', undefined, { version, headMessageId })
  }
}

function refuseIfTooMany(request: StartRequest, limits: AnswerLimits | null, standing: AnswerStanding | null): void {
  if (limits === null || standing === null) return
  const { wait, busy } = standing
  if (wait === 0 && !busy) return
  request.onCounted?.(limits, standing)
  if (busy) {
    const detail = `${limits.running} answers are being written for you, as many as are allowed at once. Let one end, or stop it.`
    throw new SendRefused('rate_limited', detail)
  }
  const detail = `You have started as many answers as are allowed for now. Try again in ${wait} seconds.`
  throw new SendRefused('rate_limited', detail, { retryAfterSeconds: wait })
}
