import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, reactTo, type Reaction, type SimulatedTool } from './mcp-behaviours.ts'
import { createEffectLedger, type EffectLedger } from './mcp-ledger.ts'

export interface McpSimulatorOptions {
  port?: number
  /** What it calls itself. */
  name?: string
  /** `stateless`: 2026-07-28 · `session`: 2025-06-18 with its handshake. */
  era?: 'stateless' | 'session'
  /** Tools by name, with the usual definition, or as they are to be shown. */
  tools?: (string | SimulatedTool)[]
  /** Callers must show it. */
  token?: string
  /** How long each request waits before it is looked at. */
  delayMs?: number
  /** What a call does, where its tool's name does not say it: null leaves it to the name. */
  react?: (call: Call) => Reaction | null
}

export interface McpSimulator {
  /** Its endpoint. */
  url: string
  port: number
  ledger: EffectLedger
  /** What was asked of it: method, name of the tool, `_meta`, headers, whether the caller went away before the answer. */
  requests: SimulatedRequest[]
  /** Shows other tools from now on, and says so to who listens. */
  setTools(tools: (string | SimulatedTool)[]): void
  /** Answers 404 to sessions made so far. */
  forgetSessions(): void
  /** Stops as a crash would, with every connection. `close` may follow. */
  kill(): Promise<void>
  close(): Promise<void>
}

export interface SimulatedRequest {
  method: string
  name: string | null
  meta: Record<string, unknown>
  headers: IncomingMessage['headers']
  abandoned: boolean
}

interface State {
  options: McpSimulatorOptions
  tools: SimulatedTool[]
  ledger: EffectLedger
  requests: SimulatedRequest[]
  sessions: Set<string>
  listeners: Set<{ response: ServerResponse; meta: Record<string, unknown> }>
  kill: () => Promise<void>
}

interface Message {
  id?: unknown
  method: string
  params: Record<string, unknown>
}

/** A tool server on loopback that speaks the protocol exactly, until a tool's name says otherwise. */
export async function startMcpSimulator(options: McpSimulatorOptions = {}): Promise<McpSimulator> {
  const server = createServer({ noDelay: true })
  const kill = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const state: State = {
    options,
    tools: (options.tools ?? ['echo']).map(define),
    ledger: createEffectLedger(),
    requests: [],
    sessions: new Set(),
    listeners: new Set(),
    kill,
  }
  server.on('request', (request, response) => {
    handle(state, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    ledger: state.ledger,
    requests: state.requests,
    setTools: (tools) => {
      state.tools = tools.map(define)
      for (const { response, meta } of state.listeners) {
        sendEvent(response, { method: 'notifications/tools/list_changed', params: { _meta: meta } })
      }
    },
    forgetSessions: () => state.sessions.clear(),
    kill,
    close: kill,
  }
}

/** Tools whose names say nothing of effects are read-only; `idempotent` in the name makes one idempotent. */
function define(tool: string | SimulatedTool): SimulatedTool {
  if (typeof tool !== 'string') return tool
  const effect = tool.startsWith('effect')
  return {
    name: tool,
    description: `Behaves as its name says: ${tool}`,
    inputSchema: { type: 'object', properties: { key: { type: 'string' } } },
    annotations: { readOnlyHint: !effect, idempotentHint: tool.endsWith('idempotent'), openWorldHint: false },
  }
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { token, era, delayMs } = state.options
  if (delayMs !== undefined) await sleep(delayMs)
  if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return sendStatus(response, 401)
  if (era === 'session' && request.method === 'GET') return listenToSession(state, response)
  if (era === 'session' && request.method === 'DELETE') return sendStatus(response, 200)
  if (request.method !== 'POST') return sendStatus(response, 405)
  const message = await readMessage(request)
  const meta = (message.params['_meta'] ?? {}) as Record<string, unknown>
  const { name } = message.params
  const entry: SimulatedRequest = {
    method: message.method,
    name: typeof name === 'string' ? name : null,
    meta,
    headers: request.headers,
    abandoned: false,
  }
  state.requests.push(entry)
  response.once('close', () => (entry.abandoned = !response.writableFinished))
  if (message.id === undefined) return sendStatus(response, 202)
  if (era === 'session') return answerInSession(state, request, response, message)
  return answerStateless(state, response, message)
}

async function readMessage(request: IncomingMessage): Promise<Message> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const { params, ...message } = JSON.parse(body) as Message & { params?: Record<string, unknown> }
  return { ...message, params: params ?? {} }
}

async function answerStateless(state: State, response: ServerResponse, message: Message): Promise<void> {
  const { id, method } = message
  const complete = { resultType: 'complete' }
  const listing = { ...complete, ttlMs: 0, cacheScope: 'private' }
  switch (method) {
    case 'server/discover': {
      const serverInfo = { name: state.options.name ?? 'simulator', version: '1.0.0' }
      const _meta = { 'io.modelcontextprotocol/serverInfo': serverInfo }
      return sendJson(response, id, { ...listing, supportedVersions: ['2026-07-28'], capabilities, _meta })
    }
    case 'tools/list':
      return sendJson(response, id, { ...listing, tools: state.tools })
    case 'tools/call':
      return perform(state, response, message, react(state, message))
    case 'subscriptions/listen': {
      const meta = { 'io.modelcontextprotocol/subscriptionId': id }
      startEvents(response)
      const notifications = message.params['notifications']
      sendEvent(response, {
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications, _meta: meta },
      })
      return keepListener(state, response, meta)
    }
    default:
      return sendError(response, id, -32_601, `Unknown method ${method}`, 404)
  }
}

const capabilities = { tools: { listChanged: true } }

function answerInSession(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  message: Message,
): Promise<void> | void {
  const { id, method } = message
  if (method === 'initialize') {
    const session = randomUUID()
    state.sessions.add(session)
    response.setHeader('mcp-session-id', session)
    const serverInfo = { name: state.options.name ?? 'simulator', version: '1.0.0' }
    return sendJson(response, id, { protocolVersion: '2025-06-18', capabilities, serverInfo })
  }
  const session = request.headers['mcp-session-id']
  // As servers of that era do: before the handshake nothing is known, not even that a method is unknown.
  if (session === undefined) return sendError(response, id, -32_000, 'Bad Request: no session', 400)
  if (!state.sessions.has(String(session))) return sendError(response, id, -32_001, 'Session not found', 404)
  if (method === 'tools/list') return sendJson(response, id, { tools: state.tools })
  if (method === 'ping') return sendJson(response, id, {})
  if (method === 'tools/call') return perform(state, response, message, react(state, message))
  return sendError(response, id, -32_601, `Unknown method ${method}`, 200)
}

function listenToSession(state: State, response: ServerResponse): void {
  startEvents(response)
  keepListener(state, response, {})
}

function keepListener(state: State, response: ServerResponse, meta: Record<string, unknown>): void {
  const listener = { response, meta }
  state.listeners.add(listener)
  response.once('close', () => state.listeners.delete(listener))
}

function react(state: State, { id, params }: Message): Reaction {
  const input = (params['arguments'] ?? {}) as Record<string, unknown>
  const call = { id, name: String(params['name']), input, ledger: state.ledger }
  return state.options.react?.(call) ?? reactTo(call)
}

async function perform(state: State, response: ServerResponse, message: Message, reaction: Reaction): Promise<void> {
  const { id } = message
  switch (reaction.do) {
    case 'answer':
      return sendJson(response, id, { resultType: 'complete', ...reaction.result })
    case 'fail':
      return sendError(response, id, reaction.code, reaction.message, 200)
    case 'raw':
      return sendRaw(response, reaction)
    case 'cut':
      startEvents(response)
      await sleep(5)
      response.destroy()
      return
    case 'die':
      return state.kill()
    case 'hang':
      return trickle(response, message, reaction.everyMs)
    case 'wait':
      await sleep(reaction.ms)
      return perform(state, response, message, reaction.next)
    case 'linger':
      startEvents(response)
      sendEvent(response, { id, result: { resultType: 'complete', ...reaction.result } })
  }
}

async function trickle(response: ServerResponse, message: Message, everyMs: number | undefined): Promise<void> {
  const { progressToken } = (message.params['_meta'] ?? {}) as { progressToken?: unknown }
  startEvents(response)
  for (let progress = 1; everyMs !== undefined && response.writable && !response.destroyed; progress += 1) {
    sendEvent(response, { method: 'notifications/progress', params: { progressToken, progress, message: 'working' } })
    await sleep(everyMs)
  }
}

async function sendRaw(response: ServerResponse, raw: Extract<Reaction, { do: 'raw' }>): Promise<void> {
  response.writeHead(raw.status ?? 200, {
    'content-type': raw.type ?? 'application/json',
    ...(raw.location === undefined ? {} : { location: raw.location }),
  })
  for (const chunk of typeof raw.body === 'string' ? [raw.body] : raw.body) {
    if (response.destroyed) return
    if (!response.write(chunk)) await drained(response)
  }
  response.end()
}

/** Resolves when more may be written, or nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}

function startEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.flushHeaders()
}

function sendEvent(response: ServerResponse, message: Record<string, unknown>): void {
  response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
}

function sendJson(response: ServerResponse, id: unknown, result: Record<string, unknown>): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
}

function sendError(response: ServerResponse, id: unknown, code: number, message: string, status: number): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }))
}

function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}
