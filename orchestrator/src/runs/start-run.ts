import type { MessagePart, RunStarted, Usage } from '@ai-assistant/contract'
import { formatTraceparent } from '@ai-assistant/telemetry/trace-context'
import type { ExpressionBuilder } from 'kysely'
import { failpoint } from '../lib/failpoint.ts'
import { isUuid } from '../lib/new-id.ts'
import { type AnswerLimits, type AnswerStanding, countAnswer } from '../limits/count-answer.ts'
import type { Tx } from '../storage/database.ts'
import { CommitUnknown, sqlState } from '../storage/errors.ts'
import { queries } from '../storage/queries.ts'
import type { Tables } from '../storage/tables.ts'
import { type FirstPage, readFirstPageWithin } from './first-page.ts'
import type { RunIdentity } from './run-context.ts'
import { wordsOf } from './run-state.ts'
import { noUsage } from './run-step.ts'
import { SendRefused } from './send-refused.ts'
import { choosePlace, type Place, placeMessages } from './place-messages.ts'
import type { StartOptions, StartRequest } from './start-request.ts'

export interface StartedRun {
  answer: RunStarted
  /** What to execute; null where this request was answered before. */
  run: RunIdentity | null
  /** The parts the answer starts from: what is continued. */
  stored: MessagePart[]
  /** What that has cost so far. */
  usage: Usage
  /** What it stands on; null where nothing is to be executed. */
  firstPage: FirstPage | null
}

/** Keys of people's pages and of programs are apart. */
function routeOf(request: StartRequest): string {
  return request.program === undefined ? 'sendMessage' : 'createChatCompletion'
}

/**
 * Accepts a question in one transaction: the idempotency claim, the question, the empty answer, and the run. Once it is
 * committed, the answer is written whatever dies. The same key again gives the same answer and starts nothing.
 *
 * Throws `SendRefused`: `not_found`, `run_active`, `conversation_changed`, `key_reused`, `unprocessable`, `rate_limited`.
 */
export async function startRun(request: StartRequest, options: StartOptions): Promise<StartedRun> {
  const { database, personId } = options
  let [unknown, collisions] = [0, 0]
  for (;;) {
    try {
      const { reading, ...started } = await database.asPerson(personId, (tx) => start(tx, request, options))
      return { ...started, firstPage: await reading }
    } catch (error) {
      if (error instanceof AnsweredBefore) return error.started
      if (isCollision(error) && ++collisions < MAX_ATTEMPTS) continue
      if (isUnknownButKeyed(error, request) && ++unknown < MAX_ATTEMPTS) continue
      throw error
    }
  }
}

/**
 * Of either kind by itself: behind two commits that nobody heard of may come a collision with a request's twin, and what it
 * collided with is found by the next attempt.
 */
const MAX_ATTEMPTS = 3

/** Two requests at once made the same conversation or used the same key: the other one's row stands now. */
function isCollision(error: unknown): boolean {
  return sqlState(error) === '23505'
}

/** With a key, a commit that nobody heard of is found again, or is made now: it cannot be made twice. */
function isUnknownButKeyed(error: unknown, request: StartRequest): boolean {
  return error instanceof CommitUnknown && request.key !== null
}

/** Undoes what a repeated request has done so far: it was counted, and must not be. */
class AnsweredBefore extends Error {
  readonly started: StartedRun

  constructor(started: StartedRun) {
    super('this request was answered before')
    this.started = started
  }
}

/** It is read behind the commit as it were: whoever waited for it inside the transaction would wait for one trip more. */
type Started = Omit<StartedRun, 'firstPage'> & { reading: Promise<FirstPage> }

/** Two trips to the database: what is there and whether one more is allowed; then what is new. */
async function start(tx: Tx, request: StartRequest, options: StartOptions): Promise<Started> {
  // Read behind the conversation's lock, which may have waited for the very request this one repeats. A conversation made
  // here has no lock to wait for, and must not stay behind: there the claim below fails, and all of this is rolled back.
  const [found, replay, active, standing] = await Promise.all([
    lockConversation(tx, request, options),
    findReplay(tx, request, options),
    request.conversationId === undefined ? null : findActive(tx, request.conversationId),
    options.limits === null ? null : countAnswer(tx, options.personId, options.limits),
  ])
  if (replay) throw new AnsweredBefore(replay)
  const conversation = found ?? newConversation(request, options)
  refuseIfBusyOrStale(request, conversation, active ?? (await activeOf(tx, request, conversation)))
  refuseIfTooMany(request, options.limits, standing)
  const place = await choosePlace(tx, request, options, conversation)
  const run = toRun(request, options, conversation.id, place)
  const version = conversation.version + 1
  saveConversation(tx, request, options, { ...conversation, version }, place)
  placeMessages(tx, options, place, run)
  insertRun(tx, request, options, run)
  const { messageId, userMessageId } = place
  const answer: RunStarted = { runId: run.id, conversationId: conversation.id, messageId, userMessageId, version }
  claimKey(tx, request, options, answer)
  const reading = readFirstPageWithin(tx, run)
  // What keeps it from being read keeps the commit from standing, and is told there.
  reading.catch(() => undefined)
  failpoint('start.before-commit')
  return { answer, run, stored: place.stored, usage: place.usage, reading }
}

async function findReplay(tx: Tx, request: StartRequest, options: StartOptions): Promise<StartedRun | null> {
  if (request.key === null) return null
  const values = [options.personId, routeOf(request), request.key]
  const [claim] = await tx.sql<{ body_hash: Buffer; answer: RunStarted }>(FIND_CLAIM, values, 'find_claim')
  if (claim === undefined) return null
  if (!claim.body_hash.equals(request.bodyHash)) throw new SendRefused('key_reused')
  return { answer: claim.answer, run: null, stored: [], usage: noUsage, firstPage: null }
}

const FIND_CLAIM = 'select body_hash, answer from idempotency_key where owner_id = $1 and route = $2 and key = $3'

function claimKey(tx: Tx, request: StartRequest, options: StartOptions, answer: RunStarted): void {
  if (request.key === null) return
  const values = [options.personId, routeOf(request), request.key, request.bodyHash, JSON.stringify(answer)]
  tx.send({ text: CLAIM, values, name: 'claim_key' })
}

const CLAIM = 'insert into idempotency_key (owner_id, route, key, body_hash, answer) values ($1, $2, $3, $4, $5)'

interface LockedConversation {
  id: string
  version: number
  head_message_id: string | null
  title_source: 'none' | 'automatic' | 'person'
  isNew: boolean
}

/** The conversation that is meant, if it is there. */
async function lockConversation(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
): Promise<LockedConversation | null> {
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
  return found === undefined ? null : { ...found, isNew: false }
}

function newConversation(request: StartRequest, options: StartOptions): LockedConversation {
  const isSubmit = request.trigger === 'submit-message'
  if (request.conversationId !== undefined || (request.alias !== undefined && !isSubmit))
    throw new SendRefused('not_found')
  if (!isSubmit) throw new SendRefused('unprocessable', 'conversationId: name the conversation whose answer is meant')
  return { id: options.newId(), version: 0, head_message_id: null, title_source: 'none', isNew: true }
}

function saveConversation(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  conversation: LockedConversation,
  place: Place,
): void {
  const { id, version } = conversation
  // What is continued stands in its branch already, perhaps with turns below it, which stay in view.
  const head = request.trigger === 'continue-message' ? conversation.head_message_id : place.messageId
  const title = titleFor(request, conversation)
  if (!conversation.isNew) return tx.send({ text: CHANGE, values: [id, version, head, title], name: 'change_talk' })
  const { alias = null, systemPrompt = '' } = request
  const origin = request.program === undefined ? 'app' : 'api'
  const values = [id, version, head, title, options.personId, alias, origin, systemPrompt]
  tx.send({ text: CREATE, values, name: 'create_talk' })
}

const CHANGE = `
  update conversation set version = $2, head_message_id = $3, updated_at = now(),
    title = coalesce($4, title), title_source = case when $4::text is null then title_source else 'automatic' end
  where id = $1`

const CREATE = `
  insert into conversation (id, version, head_message_id, title, title_source, owner_id, alias, origin, system_prompt)
  values ($1, $2, $3, coalesce($4, ''), case when $4::text is null then 'none' else 'automatic' end, $5, $6, $7, $8)`

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
function activeOf(tx: Tx, request: StartRequest, conversation: LockedConversation): Promise<ActiveRun | null> | null {
  return conversation.isNew || request.conversationId !== undefined ? null : findActive(tx, conversation.id)
}

function refuseIfBusyOrStale(request: StartRequest, conversation: LockedConversation, active: ActiveRun | null): void {
  const { version, head_message_id: headMessageId } = conversation
  if (active)
    throw new SendRefused('run_active', undefined, { runId: active.id, messageId: active.message_id, version })
  if (request.version !== undefined && request.version !== version) {
    throw new SendRefused('conversation_changed', undefined, { version, headMessageId })
  }
}

function refuseIfTooMany(request: StartRequest, limits: AnswerLimits | null, standing: AnswerStanding | null): void {
  if (limits === null || standing === null) return
  request.onCounted?.(limits, standing)
  const { wait, busy } = standing
  if (busy) {
    const detail = `${limits.running} answers are being written for you, as many as are allowed at once. Let one end, or stop it.`
    throw new SendRefused('rate_limited', detail)
  }
  if (wait === 0) return
  const detail = `You have started as many answers as are allowed for now. Try again in ${wait} seconds.`
  throw new SendRefused('rate_limited', detail, { retryAfterSeconds: wait })
}

function toRun(request: StartRequest, options: StartOptions, conversationId: string, place: Place): RunIdentity {
  const kind =
    request.trigger === 'submit-message'
      ? 'submit'
      : request.trigger === 'regenerate-message'
        ? 'regenerate'
        : 'continue'
  const { messageId, userMessageId } = place
  const identity = { ownerId: options.personId, conversationId, messageId, userMessageId, kind } as const
  return { id: options.newId(), ...identity, epoch: 1, deaths: 0, resumed: false, trace: request.trace ?? null }
}

function insertRun(tx: Tx, request: StartRequest, options: StartOptions, run: RunIdentity): void {
  const { trace } = run
  const values = [
    run.id,
    run.ownerId,
    run.conversationId,
    run.messageId,
    run.userMessageId,
    run.kind,
    options.workerId,
    trace && formatTraceparent(trace),
    request.program === undefined ? null : JSON.stringify(request.program.options),
  ]
  tx.send({ text: INSERT_RUN, values, name: 'insert_run' })
}

const INSERT_RUN = `
  insert into run (id, owner_id, conversation_id, message_id, user_message_id, kind, state, worker_id, traceparent, options)
  values ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9)`

/** Until a better one is made, a conversation is called by the beginning of its first question. null: it stays as it is called. */
function titleFor(request: StartRequest, conversation: LockedConversation): string | null {
  const asked = request.program?.messages.findLast(({ role }) => role === 'user')?.parts
  const words = wordsOf(asked ?? request.parts ?? [])
    .replace(/\s+/g, ' ')
    .trim()
  if (conversation.title_source !== 'none' || words === '') return null
  const title = words.length <= 60 ? words : `${words.slice(0, 60).replace(/\s+\S*$/, '')}…`
  return title.toWellFormed()
}
