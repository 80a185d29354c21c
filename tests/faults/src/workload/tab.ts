import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { problemSchema, runStartedSchema } from '@ai-assistant/contract'
import { type History, partOf, type ReaderRecord, type SendRecord, type SendReply } from '../history.ts'
import type { Random } from '../random.ts'
import type { Answer, Ask, HttpClient } from './http-client.ts'

/** One page of one person, and what it writes down. */
export interface Tab {
  personId: string
  http: HttpClient
  history: History
  random: Random
  /** Milliseconds since the round began. */
  now: () => number
  /** Whatever is still under way is given up. */
  closed: AbortSignal
  /** How long an answer to a question is waited for, in milliseconds (2,500). */
  patienceMs?: number
}

export interface Question {
  mark: string
  text: string
  kind?: SendRecord['kind']
  conversationId?: string | null
  messageId?: string
  version?: number
  key?: string
}

const askTimeoutMs = 2500
const silenceMs = 3000

/** Asks again, with the same key, until an answer says what became of it. */
export async function send(tab: Tab, question: Question): Promise<SendRecord> {
  const record = newSend(tab, question, question.key ?? randomUUID())
  while (!tab.closed.aborted) {
    const reply = await sendOnce(tab, record, question)
    record.replies.push(reply)
    if (!mayChange(reply)) break
    await sleep(tab.random.int(50, 400))
  }
  return record
}

function newSend(tab: Tab, question: Question, key: string): SendRecord {
  const record: SendRecord = {
    personId: tab.personId,
    mark: question.mark,
    key,
    kind: question.kind ?? 'submit',
    text: question.text,
    conversationId: question.conversationId ?? null,
    version: question.version ?? null,
    replies: [],
    at: tab.now(),
  }
  tab.history.sends.push(record)
  return record
}

/** What the send came to: the run, or null where it was refused or never heard of. */
export function startedOf(record: SendRecord) {
  return record.replies.find((reply) => reply.started !== null)?.started ?? null
}

async function sendOnce(tab: Tab, record: SendRecord, question: Question): Promise<SendReply> {
  const answer = await ask(tab, {
    method: 'POST',
    path: '/api/chat',
    headers: { 'idempotency-key': record.key },
    body: bodyOf(question),
    timeoutMs: tab.patienceMs ?? askTimeoutMs,
  })
  const started = answer.status === 202 ? runStartedSchema.parse(JSON.parse(answer.body)) : null
  const replayed = answer.headers['idempotent-replayed'] === 'true'
  return { status: answer.status, code: codeOf(answer), started, replayed }
}

function bodyOf({ kind = 'submit', conversationId = null, version, text, messageId }: Question) {
  return {
    ...(conversationId === null ? {} : { conversationId }),
    ...(version === undefined ? {} : { version }),
    ...(kind === 'submit' ? { parts: [{ type: 'text', text }] } : { trigger: `${kind}-message`, messageId }),
  }
}

/** Asked again it may be answered otherwise: nobody knows what was done, or nothing was. */
function mayChange({ status, code }: SendReply): boolean {
  return status === 0 || status >= 500 || code === 'request_in_progress'
}

/** One call; what is not answered well is written down. */
export async function ask(tab: Tab, call: Ask): Promise<Answer> {
  const answer = await tab.http.ask(call)
  if (answer.status < 200 || answer.status >= 300) noteCall(tab, call.method, call.path, answer)
  return answer
}

/** A call whose answer does not matter as long as there is one. */
export async function askUntilAnswered(tab: Tab, call: Omit<Ask, 'timeoutMs'>): Promise<Answer> {
  for (;;) {
    const answer = await ask(tab, { ...call, timeoutMs: askTimeoutMs })
    if ((answer.status !== 0 && answer.status < 500) || tab.closed.aborted) return answer
    await sleep(tab.random.int(50, 400))
  }
}

export interface ReadingHabits {
  /** How likely it is to leave after an event, and to come back. */
  restless: number
  onEvent?: (event: ReaderRecord['events'][number], record: ReaderRecord) => void
}

/**
 * Asks and reads the answer to the very request, as the AI SDK's transport does. Returns what was read, or null where no
 * stream came of it. It is not asked again here: whoever calls sends the question once more, with its key.
 */
export async function askAndStream(tab: Tab, question: Question, key: string): Promise<ReaderRecord | null> {
  const asked = newSend(tab, question, key)
  let record: ReaderRecord | null = null
  const end = await tab.http.read('/api/chat', {
    post: { body: bodyOf(question), headers: { 'idempotency-key': key } },
    silenceMs,
    onFrame: ({ id, data }) => {
      // A server that stops may send us on before the first part.
      const runId = runIdOf(data)
      if (record === null && runId === null) return false
      record ??= newReader(tab, runId ?? '')
      return noteFrame(tab, record, id, data)
    },
  })
  const status = end.end === 'refused' ? end.answer.status : record === null ? 0 : 200
  asked.replies.push({ status, code: end.end === 'refused' ? codeOf(end.answer) : '', started: null, replayed: false })
  return record
}

/** Replays the conversation's running answer, as `useChat` does when a page is opened anew. */
export async function resumeChat(tab: Tab, conversationId: string): Promise<void> {
  let record: ReaderRecord | null = null
  await tab.http.read(`/api/chat/${conversationId}/stream`, {
    silenceMs,
    onFrame: ({ id, data }) => {
      // A server that stops may send us on before the first part.
      const runId = runIdOf(data)
      if (record === null && runId === null) return false
      record ??= newReader(tab, runId ?? '')
      return noteFrame(tab, record, id, data)
    },
  })
  // One that broke is read on by the page's own reader.
  if (record !== null) await readOn(tab, record, { restless: 0 })
}

/** The run that a stream's first part names; null for any other part. */
function runIdOf(payload: string): string | null {
  const part = payload === '[DONE]' ? null : partOf({ payload })
  return part?.type === 'start' ? part.messageMetadata.runId : null
}

function newReader(tab: Tab, runId: string): ReaderRecord {
  const record: ReaderRecord = { personId: tab.personId, runId, after: 0, connections: 1, events: [], ended: false }
  tab.history.readers.push(record)
  return record
}

/** Writes one frame down; false where nothing more is to come on this connection. */
function noteFrame(tab: Tab, record: ReaderRecord, id: number | null, data: string): boolean {
  if (data === '[DONE]') {
    record.ended = true
    return false
  }
  record.events.push({ seq: id, payload: data, at: tab.now() })
  // A part without a number says that this server stops.
  return id !== null && !tab.closed.aborted
}

/** Reads a run to its end as a page would: again after the last number seen, whenever the stream breaks. */
export async function follow(tab: Tab, runId: string, habits: ReadingHabits): Promise<ReaderRecord> {
  const record = newReader(tab, runId)
  record.connections = 0
  return readOn(tab, record, habits)
}

export async function readOn(tab: Tab, record: ReaderRecord, habits: ReadingHabits): Promise<ReaderRecord> {
  const { runId } = record
  let last = record.events.findLast(({ seq }) => seq !== null)?.seq ?? 0
  while (!record.ended && !tab.closed.aborted) {
    record.connections += 1
    const end = await tab.http.read(`/api/runs/${runId}/events?after=${last}`, {
      silenceMs,
      onFrame: ({ id, data }) => {
        const more = noteFrame(tab, record, id, data)
        last = id ?? last
        const event = record.events.at(-1)
        if (event && !record.ended) habits.onEvent?.(event, record)
        return more && !tab.random.chance(habits.restless)
      },
    })
    if (end.end === 'refused') {
      noteCall(tab, 'GET', `/api/runs/${runId}/events`, end.answer)
      if (end.answer.status === 204) record.ended = true
      if (end.answer.status >= 400 && end.answer.status < 500) break
    }
    if (!record.ended) await sleep(end.end === 'left' ? tab.random.int(0, 60) : tab.random.int(50, 250))
  }
  return record
}

/** Answers a tool's question, until it is heard. */
async function approve(tab: Tab, runId: string, approvalId: string, approved: boolean): Promise<void> {
  const path = `/api/runs/${runId}/approvals/${approvalId}`
  const { status } = await askUntilAnswered(tab, { method: 'POST', path, body: { approved } })
  tab.history.approvals.push({ personId: tab.personId, runId, approvalId, approved, status, at: tab.now() })
}

/** Allows or refuses whatever the run asks for, a moment after it is seen. */
export function answering(tab: Tab, approved: boolean): NonNullable<ReadingHabits['onEvent']> {
  return (event, record) => {
    const part = partOf(event)
    if (part.type !== 'tool-approval-request') return
    setTimeout(() => void approve(tab, record.runId, part.approvalId, approved), tab.random.int(0, 400))
  }
}

function codeOf({ body }: Answer): string {
  try {
    return problemSchema.parse(JSON.parse(body)).code
  } catch {
    return ''
  }
}

function noteCall(tab: Tab, method: string, path: string, answer: Answer): void {
  const requestId = String(answer.headers['x-request-id'] ?? '')
  tab.history.calls.push({ method, path, status: answer.status, code: codeOf(answer), requestId, at: tab.now() })
}
