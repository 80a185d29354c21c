// The model behind every peer: Chat Completions over HTTP/1.1, as cheap as it can be made, so that it is never what limits
// a peer. It is asked in the words of the model simulator (`sim-itl40-len60`), in the last message's text: one peer, with
// one model's name, then answers at any pace. Each token carries the moment it was sent: `@<tens of µs>@`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { parseModelName } from '@ai-assistant/simulators/parse-model-name'
import { stamp } from '../load/stamp.ts'
import { atDelay } from './timer-wheel.ts'

interface Plan {
  firstMs: number
  gapMs: number
  tokens: number
}

const plans = new Map<string, Plan>()

function planOf(text: string): Plan {
  const known = plans.get(text)
  if (known !== undefined) return known
  const behaviour = parseModelName(text)
  if (behaviour === null) throw new Error(`The upstream of the bench was asked something else: ${text.slice(0, 80)}`)
  const { ttft, itl, len } = behaviour.numbers
  const plan = { firstMs: ttft, gapMs: itl, tokens: len }
  plans.set(text, plan)
  return plan
}

/** As OpenAI's API sends them, with all fields: about 300 bytes a token. */
const chunk = {
  id: 'chatcmpl-C7pLm2Qx0VtYhR4nWkZs8aBdEfGj',
  object: 'chat.completion.chunk',
  created: 1_750_000_000,
  model: 'gpt-4o-2024-08-06',
  service_tier: 'default',
  system_fingerprint: 'fp_5d58a6052a',
}

function eventOf(delta: object, finish: string | null = null): string {
  const event = { ...chunk, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], usage: null }
  return `data: ${JSON.stringify(event)}\n\n`
}

/** One piece of a chunked HTTP body. The text is ASCII. */
function framed(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

const head = framed(eventOf({ role: 'assistant', content: '', refusal: null }))
const [beforeToken = '', afterToken = ''] = eventOf({ content: '%' }).split('%')

/** All stamps are of one length, so the chunk's length is known. */
function token(text: string): string {
  const event = beforeToken + text + afterToken
  return framed(event)
}

function tail(tokens: number): string {
  const usage = { prompt_tokens: 10, completion_tokens: tokens, total_tokens: tokens + 10 }
  const last = `data: ${JSON.stringify({ ...chunk, choices: [], usage })}\n\n`
  return framed(`${eventOf({}, 'stop')}${last}data: [DONE]\n\n`)
}

/** Where tokens come without a pause, each with the same stamp: making one for each would make this the bottleneck. */
const unstamped = token(stamp(0))
const TOKENS_A_TURN = 4

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-request-id': 'req_bench',
}

function play(response: ServerResponse, plan: Plan): void {
  const socket = response.socket
  if (socket === null) return
  response.writeHead(200, HEADERS)
  response.flushHeaders()
  socket.write(head, 'latin1')
  const begin = (): void => (plan.gapMs > 0 ? paced(response, socket, plan, 0) : flood(response, socket, plan, 0))
  if (plan.firstMs > 0) atDelay(plan.firstMs, begin)
  else begin()
}

function paced(response: ServerResponse, socket: Socket, plan: Plan, sent: number): void {
  if (socket.destroyed) return
  if (sent === plan.tokens) return finish(response, socket, plan)
  socket.write(token(stamp()), 'latin1')
  atDelay(plan.gapMs, () => paced(response, socket, plan, sent + 1))
}

/** A few tokens a turn of the loop, each a write of its own, as fast as the peer reads them. */
function flood(response: ServerResponse, socket: Socket, plan: Plan, sent: number): void {
  if (socket.destroyed) return
  const until = Math.min(plan.tokens, sent + TOKENS_A_TURN)
  let roomy = true
  for (let at = sent; at < until; at++) roomy = socket.write(unstamped, 'latin1')
  if (until === plan.tokens) return finish(response, socket, plan)
  const again = (): void => flood(response, socket, plan, until)
  if (roomy) setImmediate(again)
  else socket.once('drain', again)
}

function finish(response: ServerResponse, socket: Socket, plan: Plan): void {
  socket.write(tail(plan.tokens), 'latin1')
  response.end()
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

interface ChatBody {
  messages: { content: string | { text?: string }[] }[]
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'sim', object: 'model' }] }))
    return
  }
  const { messages } = JSON.parse(await readBody(request)) as ChatBody
  const content = messages.at(-1)?.content ?? ''
  play(response, planOf(typeof content === 'string' ? content : (content[0]?.text ?? '')))
}

const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    response.destroy()
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1', 4096, () =>
  process.send?.({ type: 'ready', port: Number(process.argv[2]) }),
)
process.once('disconnect', () => process.exit())
