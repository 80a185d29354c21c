import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerEvents, completionTokens, wholeAnswer } from './answer-events.ts'
import type { Answer } from './answer-events.ts'
import { countTokens, readChatRequest } from './chat-request.ts'
import type { ChatRequest } from './chat-request.ts'
import { chooseToolCalls } from './choose-tool-calls.ts'
import { createLedger } from './model-ledger.ts'
import type { Ledger, LedgerEntry } from './model-ledger.ts'
import { createScript, splitWords } from './model-script.ts'
import type { Script, ScriptedTurn } from './model-script.ts'
import { continueTokens, findPrefix } from './numbered-text.ts'
import { parseModelName } from './parse-model-name.ts'
import type { Behaviour, FaultOption } from './parse-model-name.ts'
import { playAnswer } from './play-answer.ts'
import { refusalOf, sendJson, sendRefusal } from './refuse-request.ts'

export interface ModelSimulator {
  /** The base URL for `OPENAI_BASE_URL`, ending in `/v1`. */
  url: string
  port: number
  ledger: Ledger
  script: Script
  /** Ends running answers and stops listening. */
  close(): Promise<void>
}

/**
 * An OpenAI-compatible model server on loopback. `POST /v1/chat/completions` behaves as `parse-model-name.ts` says, the model
 * `scripted` as the queued turns say; `GET /v1/models` lists examples, `GET /ledger` tells what was asked and answered.
 */
export async function startModelSimulator(options: ModelSimulatorOptions = {}): Promise<ModelSimulator> {
  const { behave, turn } = options
  const state: State = { ledger: createLedger(), script: createScript(), seen: new Map(), behave, turn }
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      state.script.faults.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', 4096, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    ledger: state.ledger,
    script: state.script,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface ModelSimulatorOptions {
  port?: number
  /** The address it listens at; absent: loopback. */
  host?: string
  /** The name to behave by, for each request; absent: the model's own. */
  behave?: (request: ChatRequest) => string
  /** What the model `scripted` answers a request, where not the next of its queue. */
  turn?: (request: ChatRequest) => ScriptedTurn | undefined
}

interface State {
  behave: ModelSimulatorOptions['behave']
  turn: ModelSimulatorOptions['turn']
  ledger: Ledger
  script: Script
  /** How often each model's name has been asked for, for options that end in `x<n>`. */
  seen: Map<string, number>
}

const listedModels = ['sim', 'sim-ttft200-itl20-len400', 'sim-tools1', 'sim-think40-len200', 'scripted']

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0] ?? '/'
  if (request.method === 'GET' && path === '/ledger') return sendJson(response, 200, state.ledger.entries)
  if (request.method === 'GET' && path === '/v1/models') {
    return sendJson(response, 200, {
      object: 'list',
      data: listedModels.map((id) => ({ id, object: 'model', created: 1_750_000_000, owned_by: 'simulator' })),
    })
  }
  if (request.method !== 'POST' || path !== '/v1/chat/completions')
    return sendRefusal(response, 404, `Unknown request URL: ${request.method} ${path}.`)
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = readChatRequest(Buffer.concat(parts).toString())
  if (typeof body === 'string') return sendRefusal(response, 400, body)
  const turn = body.model === 'scripted' ? (state.turn?.(body) ?? state.script.take()) : undefined
  const behaviour = parseModelName(
    body.model === 'scripted'
      ? ['sim', turn?.behaviour].filter(Boolean).join('-')
      : (state.behave?.(body) ?? body.model),
  )
  const call = (state.seen.get(body.model) ?? 0) + 1
  state.seen.set(body.model, call)
  const entry = state.ledger.add(newEntry(state.ledger.entries.length + 1, body, request))
  response.once('close', () => void (entry.endedAt = Date.now()))
  if (!behaviour) return refuse(response, entry, 404, `The model '${body.model}' does not exist.`, 'model_not_found')
  if (body.model === 'scripted' && !checkTurn(state.script, turn, body))
    return refuse(response, entry, 400, state.script.faults.at(-1) ?? '')
  entry.outcome = await answerRequest({ request: body, response, behaviour, entry, call, turn })
}

/** A scripted model that is asked too often, or otherwise than expected, says so and remembers it. */
function checkTurn(script: Script, turn: ScriptedTurn | undefined, request: ChatRequest): boolean {
  try {
    if (!turn) throw new Error('The script has no more turns.')
    turn.expect?.(request)
    return true
  } catch (error) {
    script.faults.push(error instanceof Error ? error.message : String(error))
    return false
  }
}

interface Call {
  request: ChatRequest
  response: ServerResponse
  behaviour: Behaviour
  entry: LedgerEntry
  /** The how manieth request under this model's name, from 1. */
  call: number
  turn: ScriptedTurn | undefined
}

async function answerRequest({ request, response, behaviour, entry, call, turn }: Call): Promise<string> {
  const refusal = refusalOf(behaviour, request, call)
  if (refusal) {
    entry.status = refusal.status
    sendRefusal(response, refusal.status, refusal.message, refusal)
    return `refused ${refusal.status}`
  }
  const fault = dueFault(behaviour, call)
  if (fault?.name === 'nohead') {
    await new Promise<void>((resolve) => response.once('close', () => resolve()))
    entry.aborted = true
    return 'nohead'
  }
  const answer = composeAnswer(request, behaviour, entry, turn)
  if (request.stream === true && !behaviour.flags.has('whole')) {
    const events = answerEvents(answer, behaviour, request)
    return playAnswer({ response, behaviour, events, entry, fault })
  }
  entry.completionTokens = completionTokens(answer)
  entry.firstTokenAt = Date.now()
  sendJson(response, 200, wholeAnswer(answer, behaviour))
  return 'complete'
}

function dueFault(behaviour: Behaviour, call: number): { name: FaultOption; after: number } | null {
  for (const [name, { after, times }] of Object.entries(behaviour.faults)) {
    if (call <= times) return { name: name as FaultOption, after }
  }
  return null
}

function composeAnswer(
  request: ChatRequest,
  behaviour: Behaviour,
  entry: LedgerEntry,
  turn: ScriptedTurn | undefined,
): Answer {
  const base = { id: `chatcmpl-${entry.id}`, model: request.model, promptTokens: entry.promptTokens }
  if (turn) {
    const calls = (turn.calls ?? []).map((call, index) => ({ ...call, id: call.id ?? `call_${entry.id}_${index}` }))
    const finish = turn.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop')
    const text = Array.isArray(turn.text) ? turn.text : splitWords(turn.text ?? '')
    return { ...base, reasoning: splitWords(turn.reasoning ?? ''), text, calls, finish }
  }
  const { conversation, prefix } = findPrefix(request.messages)
  entry.prefix = prefix
  const calls = prefix === null ? chooseToolCalls(behaviour, request) : []
  const thought = behaviour.numbers.think + behaviour.numbers.reason
  const reasoning = Array.from(
    { length: thought },
    (_, index) => `${index === 0 ? '' : ' '}r${String(index + 1).padStart(4, '0')}`,
  )
  if (calls.length > 0) return { ...base, reasoning, text: [], calls, finish: 'tool_calls' }
  const tokens = continueTokens(behaviour, conversation, prefix)
  const cap = request.max_completion_tokens ?? request.max_tokens ?? Infinity
  const finish =
    tokens.length > cap || behaviour.words.finish === 'length'
      ? 'length'
      : behaviour.words.finish === 'filter'
        ? 'content_filter'
        : 'stop'
  return { ...base, reasoning, text: tokens.slice(0, cap), calls, finish }
}

function refuse(response: ServerResponse, entry: LedgerEntry, status: number, message: string, code?: string): void {
  entry.status = status
  entry.outcome = `refused ${status}`
  sendRefusal(response, status, message, code === undefined ? {} : { code })
}

function newEntry(number: number, request: ChatRequest, message: IncomingMessage): LedgerEntry {
  return {
    id: String(number),
    model: request.model,
    authorized: /^Bearer \S+/.test(message.headers.authorization ?? ''),
    startedAt: Date.now(),
    firstTokenAt: null,
    endedAt: null,
    status: 200,
    promptTokens: countTokens(JSON.stringify(request.messages)),
    completionTokens: 0,
    aborted: false,
    outcome: null,
    prefix: null,
    toolsOffered: (request.tools ?? []).map((tool) => tool.function.name),
    connection: message.socket.remotePort ?? 0,
    traceparent: message.headers['traceparent']?.toString() ?? null,
    request,
  }
}
