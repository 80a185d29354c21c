import type { IncomingHttpHeaders } from 'node:http'
import type { Usage } from '@ai-assistant/contract'
import type { Dispatcher } from 'undici'
import { estimateRequestTokens } from '../estimate-tokens.ts'
import type { ModelEvent, ModelRequest } from '../language-model.ts'
import { settleUsage } from '../settle-usage.ts'
import { createOverlapTrimmer } from '../trim-overlap.ts'
import type { OverlapTrimmer } from '../trim-overlap.ts'
import { createToolCallAssembler } from './assemble-tool-calls.ts'
import { callFailure, connectionFailure, errorEventFailure, statusFailure } from './call-failure.ts'
import type { CallFailure, Upstream, UpstreamError } from './call-failure.ts'
import { openExchange } from './open-exchange.ts'
import type { Exchange, ExchangeEnd, ExchangeHead, ExchangeRequest } from './open-exchange.ts'
import { createAnswerReader, endReason } from './read-answer.ts'
import type { AnswerReader, EndReason } from './read-answer.ts'
import { readUpstreamError } from './read-json.ts'
import { createSseScanner, SseLimitError } from './scan-sse.ts'
import type { SseScanner } from './scan-sse.ts'

/** One request to the upstream, made once. */
export interface Call {
  dispatcher: Dispatcher
  http: ExchangeRequest
  request: ModelRequest
  upstream: Upstream
  limits: CallLimits
  signal: AbortSignal
  now: () => number
  newCallId: () => string
  /** The upstream has begun to answer. */
  onAlive: () => void
}

export interface CallLimits {
  /** Until the answer's head. */
  headMs: number
  /** Between two chunks. */
  idleMs: number
  /** For usage and `[DONE]`, once the finish reason is there. */
  afterFinishMs: number
  lineLength: number
  totalBytes: number
}

export type CallOutcome =
  | { kind: 'complete'; reason: EndReason; usage: Usage }
  /** `refusal` where the upstream refused what it was sent; `usage` where it had begun to work. */
  | { kind: 'failed'; failed: CallFailure; refusal: UpstreamError | null; usage: Usage | null }
  | { kind: 'aborted' }

/** Yields what the answer says and returns how it ended. Leaving it early destroys the connection. */
export async function* callOnce(call: Call): AsyncGenerator<ModelEvent, CallOutcome> {
  const exchange = openExchange(call.dispatcher, call.http, call.limits, call.signal)
  try {
    const head = await exchange.head
    if ('end' in head) return endedWithoutHead(call, head)
    if (head.status < 200 || head.status > 299) return await readRefusal(call, exchange, head)
    if (String(head.headers['content-type']).startsWith('text/html')) return notTheProtocol(call, null)
    return yield* readAnswer(call, exchange, head.headers)
  } finally {
    exchange.destroy()
  }
}

function failed(failure: CallFailure, usage: Usage | null = null, refusal: UpstreamError | null = null): CallOutcome {
  return { kind: 'failed', failed: failure, refusal, usage }
}

function endedWithoutHead(call: Call, end: ExchangeEnd): CallOutcome {
  if (end.end === 'aborted') return { kind: 'aborted' }
  if (end.end === 'stalled') return failed(silence(call, call.limits.headMs))
  return failed(connectionFailure(call.upstream, end.error))
}

function silence(call: Call, ms: number): CallFailure {
  return callFailure(
    'stalled',
    `${call.upstream.host} said nothing for ${Math.ceil(ms / 1000)} seconds and was given up.`,
  )
}

function notTheProtocol(call: Call, usage: Usage | null): CallOutcome {
  const message = `What ${call.upstream.host} answers is not the Chat Completions protocol. Check OPENAI_BASE_URL (it usually ends in /v1).`
  return failed(callFailure('malformed', message), usage)
}

/** A refusal longer than this is not read to its end. */
const mostRefusalBytes = 65_536

async function readRefusal(call: Call, exchange: Exchange, head: ExchangeHead): Promise<CallOutcome> {
  const parts: Uint8Array[] = []
  let size = 0
  while (size < mostRefusalBytes) {
    const got = await exchange.read()
    if (!Array.isArray(got)) {
      if (got.end === 'aborted') return { kind: 'aborted' }
      break
    }
    for (const part of got) size += parts.push(part) && part.length
  }
  const error = readUpstreamError(new TextDecoder().decode(Buffer.concat(parts)))
  const refusable = head.status === 400 || head.status === 422
  return failed(
    statusFailure(call.upstream, head.status, head.headers, error, call.now()),
    null,
    refusable ? error : null,
  )
}

async function* readAnswer(
  call: Call,
  exchange: Exchange,
  headers: IncomingHttpHeaders,
): AsyncGenerator<ModelEvent, CallOutcome> {
  const { limits, request } = call
  const usedIds = request.messages.flatMap((message) =>
    message.role === 'assistant' ? message.toolCalls.map((each) => each.id) : [],
  )
  const trimmer = request.prefix ? createOverlapTrimmer(request.prefix) : null
  const reader = createAnswerReader(createToolCallAssembler(usedIds, call.newCallId), trimmer)
  const scanner = isJson(headers) ? createBodyScanner(limits.lineLength) : createSseScanner(limits)
  let budget = limits.totalBytes
  let end: ExchangeEnd | null = null
  while (end === null && !reader.state.done) {
    const got = await exchange.read()
    if (Array.isArray(got)) for (const bytes of got) budget -= bytes.length
    else end = got
    if (end?.end === 'aborted') return { kind: 'aborted' }
    const events = budget < 0 ? null : scanAll(reader, scanner, got)
    if (events === null) return notTheProtocol(call, usageOf(call, reader))
    if (events.length > 0) call.onAlive()
    yield* events
    const fault = faultOf(call, reader, trimmer?.startedOver() ?? false)
    if (fault) return fault
    if (reader.state.finish !== null && end === null) exchange.expectWithin(limits.afterFinishMs)
  }
  exchange.release(limits.afterFinishMs)
  return yield* conclude(call, reader, end, trimmer)
}

/** All events that came in one turn of the loop, read in one go; null where the stream is beyond its limits. */
function scanAll(reader: AnswerReader, scanner: SseScanner, got: Uint8Array[] | ExchangeEnd): ModelEvent[] | null {
  try {
    const events = Array.isArray(got) ? scanner.push(joined(got)) : endEvents(scanner)
    return reader.accept(events)
  } catch (error) {
    if (error instanceof SseLimitError) return null
    throw error
  }
}

/** A fast model's tokens come many at a time, each a piece of its own: they are decoded together. */
function joined(pieces: Uint8Array[]): Uint8Array {
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
}

/** What stands unfinished at the end counts if it is whole: half an event is the sign of a cut, not of another protocol. */
function endEvents(scanner: SseScanner): ReturnType<SseScanner['end']> {
  return scanner.end().filter((event) => event.data.trim() === '[DONE]' || event.data.trimEnd().endsWith('}'))
}

function faultOf(call: Call, reader: AnswerReader, startedOver: boolean): CallOutcome | null {
  const { fault } = reader.state
  if (fault?.kind === 'malformed') return notTheProtocol(call, usageOf(call, reader))
  if (fault?.kind === 'error') return failed(errorEventFailure(call.upstream, fault.error), usageOf(call, reader))
  if (!startedOver) return null
  return failed(
    callFailure('cut', 'The model started the answer over instead of continuing it.'),
    usageOf(call, reader),
  )
}

/** Whole is what was proven whole: by a finish reason or `[DONE]`, and by nothing else. */
async function* conclude(
  call: Call,
  reader: AnswerReader,
  end: ExchangeEnd | null,
  trimmer: OverlapTrimmer | null,
): AsyncGenerator<ModelEvent, CallOutcome> {
  const { state } = reader
  if (state.finish === 'error')
    return failed(errorEventFailure(call.upstream, { message: '', param: null, code: '' }), usageOf(call, reader))
  if (state.finish !== null || state.done) {
    const events = reader.end()
    yield* events
    const fault = faultOf(call, reader, trimmer?.startedOver() ?? false)
    if (fault) return fault
    const toolCalls = events.filter((event) => event.type === 'tool-call-end').length
    return { kind: 'complete', reason: endReason(state.finish, toolCalls), usage: usageOf(call, reader) }
  }
  const usage = usageOf(call, reader)
  if (end?.end === 'stalled') return failed(silence(call, call.limits.idleMs), usage)
  if (end?.end === 'clean' && !state.begun) return notTheProtocol(call, null)
  return failed(callFailure('cut', `${call.upstream.host} broke off in the middle of the answer.`, 'retry'), usage)
}

function usageOf(call: Call, reader: AnswerReader): Usage {
  return settleUsage(reader.state.usage, {
    inputTokens: () => estimateRequestTokens(call.request),
    outputTokens: () => reader.state.written.tokens,
  })
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/(?:[\w.-]+\+)?json/i.test(String(headers['content-type']))
}

/** Some servers do not stream although they were asked to: their one JSON body is read as one event, and its end is its proof. */
function createBodyScanner(mostCharacters: number): SseScanner {
  const decoder = new TextDecoder()
  let body = ''
  return {
    push(bytes) {
      body += decoder.decode(bytes, { stream: true })
      if (body.length > mostCharacters) throw new SseLimitError('the body is too long')
      return []
    },
    end: () => (body === '' ? [] : [{ name: '', data: body }]),
  }
}
