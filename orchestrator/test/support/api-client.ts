import { randomUUID } from 'node:crypto'
import {
  type Conversation,
  type FoldedMessage,
  foldPart,
  type MessagePage,
  type Problem,
  type Run,
  type RunStarted,
  startFold,
  type StreamPart,
} from '@ai-assistant/contract'

/** One event as it came over the wire. */
export interface WireEvent {
  id: number | null
  part: StreamPart
}

/** What a stream came to: its events, and the message they fold into. */
export interface Stream {
  events: WireEvent[]
  folded: FoldedMessage
  text: string
  /** `[DONE]` was seen. */
  done: boolean
  headers: Headers
}

export interface ApiClient {
  cookie: string | null
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  json<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T>
  problem(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Problem>
  signIn(code: string): Promise<ApiClient>
  /** Starts an answer and does not wait for it. */
  send(body: unknown, headers?: Record<string, string>): Promise<RunStarted>
  /** Follows a run from `after` to its end, or until `stop` says so. */
  follow(runId: string, after?: number, stop?: (stream: Stream) => boolean): Promise<Stream>
  /** Sends as the page does, with a key and the version it has seen, and reads the answer to its end. */
  ask(text: string, conversationId?: string): Promise<Stream & { started: RunStarted }>
  conversation(id: string): Promise<Conversation>
  messages(id: string, query?: string): Promise<MessagePage>
  run(id: string): Promise<Run>
}

export function createApiClient(url: string, cookie: string | null): ApiClient {
  const client: ApiClient = {
    cookie,
    request: (method, path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(cookie === null ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    json: async (...call) => {
      const response = await client.request(...call)
      if (!response.ok) throw new Error(`${call[0]} ${call[1]}: ${response.status} ${await response.text()}`)
      return (response.status === 204 ? null : await response.json()) as never
    },
    problem: async (...call) => {
      const response = await client.request(...call)
      if (response.ok) throw new Error(`${call[0]} ${call[1]} succeeded: ${response.status}`)
      return (await response.json()) as Problem
    },
    signIn: async (code) => {
      const response = await client.request('POST', '/api/session/code', { code })
      if (!response.ok) throw new Error(`Signing in: ${response.status} ${await response.text()}`)
      return createApiClient(url, response.headers.get('set-cookie')?.split(';')[0] ?? null)
    },
    send: (body, headers) => client.json('POST', '/api/chat', body, { accept: 'application/json', ...headers }),
    follow: async (runId, after = 0, stop) =>
      readStream(await client.request('GET', `/api/runs/${runId}/events?after=${after}`), stop),
    ask: async (text, conversationId) => {
      const seen = conversationId === undefined ? null : await client.conversation(conversationId)
      const place = seen === null ? {} : { conversationId: seen.id, version: seen.version }
      const key = { 'idempotency-key': randomUUID() }
      const started = await client.send({ ...place, parts: [{ type: 'text', text }] }, key)
      return { ...(await client.follow(started.runId)), started }
    },
    conversation: (id) => client.json('GET', `/api/conversations/${id}`),
    messages: (id, query = '') => client.json('GET', `/api/conversations/${id}/messages${query}`),
    run: (id) => client.json('GET', `/api/runs/${id}`),
  }
  return client
}

/** Reads server-sent events to their end; `stop` ends the reading early, as a reader that goes would. */
export async function readStream(response: Response, stop?: (stream: Stream) => boolean): Promise<Stream> {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const stream: Stream = { events: [], folded: startFold([]), text: '', done: false, headers: response.headers }
  if (response.body === null) return stream
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) takeFrame(stream, frame)
    if (stop?.(stream)) break
  }
  return stream
}

function takeFrame(stream: Stream, frame: string): void {
  const data = /^data: (.*)$/m.exec(frame)?.[1]
  if (data === undefined) return
  if (data === '[DONE]') {
    stream.done = true
    return
  }
  const id = /^id: (\d+)$/m.exec(frame)?.[1]
  const part = JSON.parse(data) as StreamPart
  stream.events.push({ id: id === undefined ? null : Number(id), part })
  foldPart(stream.folded, part)
  if (part.type === 'text-delta') stream.text += part.delta
}
