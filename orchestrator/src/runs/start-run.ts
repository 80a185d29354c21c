import type { MessagePart, RunStarted, Usage } from '@ai-assistant/contract'
import { formatTraceparent } from '@ai-assistant/telemetry/trace-context'
import { failpoint } from '../lib/failpoint.ts'
import type { AnswerStanding } from '../limits/count-answer.ts'
import type { Tx } from '../storage/database.ts'
import { CommitUnknown, sqlState } from '../storage/errors.ts'
import { UNFULFILLED } from '../storage/refuse-unless.ts'
import { requireSession } from '../users/sessions.ts'
import {
  AnsweredBefore,
  assumeStart,
  canAssume,
  checkStart,
  type HeldConversation,
  isAssumedWrongly,
} from './check-start.ts'
import { type FirstPage, firstPageOfNew, readFirstPageWithin } from './first-page.ts'
import { claimKey } from './idempotency-key.ts'
import { choosePlace, type Place, placeMessages } from './place-messages.ts'
import type { RunIdentity } from './run-context.ts'
import { wordsOf } from './run-state.ts'
import { noUsage } from './run-step.ts'
import { SendRefused } from './send-refused.ts'
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

/**
 * Accepts a question in one transaction: the idempotency claim, the question, the empty answer, and the run. Once it is
 * committed, the answer is written whatever dies. The same key again gives the same answer and starts nothing.
 *
 * Throws `SendRefused`: `not_found`, `run_active`, `conversation_changed`, `key_reused`, `unprocessable`, `rate_limited`,
 * `unauthenticated`.
 */
export async function startRun(request: StartRequest, options: StartOptions): Promise<StartedRun> {
  const { database, personId, limits } = options
  let assumes = canAssume(request)
  let [unknown, collisions] = [0, 0]
  for (;;) {
    try {
      const started = await database.asPerson(personId, (tx) => start(tx, request, options, assumes))
      const [firstPage, standing] = await Promise.all([started.reading, started.counted])
      if (limits !== null && standing !== null) request.onCounted?.(limits, standing)
      const { answer, run, stored, usage } = started
      return { answer, run, stored, usage, firstPage }
    } catch (error) {
      if (error instanceof AnsweredBefore)
        return { answer: error.answer, run: null, stored: [], usage: noUsage, firstPage: null }
      const assumed = assumes
      assumes = false
      if (assumed && isAssumedWrongly(sqlState(error))) continue
      // What else is taken for granted (`requireSession`) is so in either way.
      if (sqlState(error) === UNFULFILLED)
        throw new SendRefused('unauthenticated', 'There is no session, or it has ended.')
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

/** What is read rides with the commit: whoever waited for it inside the transaction would wait for one trip more. */
interface Started extends Omit<StartedRun, 'firstPage'> {
  reading: Promise<FirstPage>
  counted: Promise<AnswerStanding | null>
}

/**
 * One trip to the database where it may assume; else two: what is there and whether one more answer is allowed, then what is
 * new.
 */
async function start(tx: Tx, request: StartRequest, options: StartOptions, assumes: boolean): Promise<Started> {
  if (request.session !== undefined) requireSession(tx, request.session)
  const { conversation, counted } = assumes ? assumeStart(tx, request, options) : await checkStart(tx, request, options)
  const place = await choosePlace(tx, request, options, conversation)
  const run = toRun(request, options, conversation.id, place)
  const version = conversation.version + 1
  // A question below the head finds it before it is another one.
  if (conversation.isNew) createConversation(tx, request, options, conversation, place)
  placeMessages(tx, options, place, run)
  if (!conversation.isNew) changeConversation(tx, request, conversation, place)
  insertRun(tx, request, options, run)
  const { messageId, userMessageId } = place
  const answer: RunStarted = { runId: run.id, conversationId: conversation.id, messageId, userMessageId, version }
  claimKey(tx, request, options, answer)
  const reading = conversation.isNew
    ? Promise.resolve(firstPageOfNew(place, request.systemPrompt))
    : readFirstPageWithin(tx, run)
  // What keeps it from being read keeps the commit from standing, and is told there.
  reading.catch(() => undefined)
  failpoint('start.before-commit')
  return { answer, run, stored: place.stored, usage: place.usage, reading, counted }
}

function createConversation(
  tx: Tx,
  request: StartRequest,
  options: StartOptions,
  { id, version }: HeldConversation,
  place: Place,
): void {
  const { alias = null, systemPrompt = '' } = request
  const origin = request.program === undefined ? 'app' : 'api'
  const title = titleFor(request)
  const values = [id, version + 1, place.messageId, title, options.personId, alias, origin, systemPrompt]
  tx.send({ text: CREATE, values, name: 'create_talk' })
}

const CREATE = `
  insert into conversation (id, version, head_message_id, title, title_source, owner_id, alias, origin, system_prompt)
  values ($1, $2, $3, coalesce($4, ''), case when $4::text is null then 'none' else 'automatic' end, $5, $6, $7, $8)`

function changeConversation(tx: Tx, request: StartRequest, conversation: HeldConversation, place: Place): void {
  // What is continued stands in its branch already, perhaps with turns below it, which stay in view.
  const head = request.trigger === 'continue-message' ? null : place.messageId
  const title = conversation.titled ? null : titleFor(request)
  const values = [conversation.id, conversation.version + 1, head, title]
  tx.send({ text: CHANGE, values, name: 'change_talk' })
}

const CHANGE = `
  update conversation set version = $2, head_message_id = coalesce($3, head_message_id), updated_at = now(),
    title = case when title_source = 'none' then coalesce($4, title) else title end,
    title_source = case when title_source = 'none' and $4::text is not null then 'automatic' else title_source end
  where id = $1`

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
function titleFor(request: StartRequest): string | null {
  const asked = request.program?.messages.findLast(({ role }) => role === 'user')?.parts
  const words = wordsOf(asked ?? request.parts ?? [])
    .replace(/\s+/g, ' ')
    .trim()
  if (words === '') return null
  const title = words.length <= 60 ? words : `${words.slice(0, 60).replace(/\s+\S*$/, '')}…`
  return title.toWellFormed()
}
