import { setTimeout as sleep } from 'node:timers/promises'
import {
  type FinishMetadata,
  foldPart,
  type MessagePart,
  messagePageSchema,
  sessionSchema,
  startFold,
  streamPartSchema,
  toolsViewSchema,
} from '../../contract/src/index.ts'
import type { Report } from './report.ts'
import type { Web, WebAnswer } from './web.ts'

interface Target {
  web: Web
  base: URL
  link: string
  question: string
}

/** An answer, and when its events came, in milliseconds after the question. */
interface Watched {
  conversationId: string
  parts: MessagePart[]
  finish: FinishMetadata | null
  arrivals: number[]
}

type Call = (method: string, path: string, body?: unknown, accept?: string) => Promise<WebAnswer>

/** Tool servers are connected to in the background; a system just started gets this long. */
const toolSeconds = 30

/** Signs in, asks, watches the answer come, finds it stored, and leaves nothing behind. */
export async function checkConversation(report: Report, target: Target): Promise<void> {
  let cookie = ''
  const call: Call = (method, path, body, accept = 'application/json') =>
    target.web(new URL(path, target.base), {
      method,
      headers: { cookie, accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const signedIn = await report.check('Sign-in', async () => {
    const code = new URL(target.link).hash.slice(1)
    const answer = await call('POST', '/api/session/code', { code })
    if (answer.status !== 200) throw new Error(`the link is refused with ${answer.status}`)
    const { person } = sessionSchema.parse(JSON.parse(await answer.text()))
    cookie = (answer.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ')
    const again = await call('POST', '/api/session/code', { code })
    if (again.status !== 401) throw new Error(`a used link is answered with ${again.status}`)
    return `as ${person.role}; the link works once`
  })
  if (!signedIn) return
  await report.check('Tools', () => checkTools(call))
  const watched = await checkAnswer(report, call, target.question)
  if (watched !== null) await checkStored(report, call, watched)
  await report.check('Sign-out', async () => {
    const answer = await call('DELETE', '/api/session')
    if (answer.status !== 204) throw new Error(`answered with ${answer.status}`)
    const after = await call('GET', '/api/session')
    if (after.status !== 401) throw new Error('the session goes on')
    return 'the session has ended'
  })
}

async function checkTools(call: Call): Promise<string> {
  const deadline = performance.now() + toolSeconds * 1000
  for (;;) {
    const { servers } = toolsViewSchema.parse(JSON.parse(await (await call('GET', '/api/tools')).text()))
    const wrong = servers.filter(({ state }) => state !== 'connected')
    if (wrong.length === 0) {
      if (servers.length === 0) throw new Error('no tool server is configured')
      return servers.map((server) => `${server.name} (${server.tools.length})`).join(', ')
    }
    if (performance.now() > deadline)
      throw new Error(wrong.map((server) => `${server.address}: ${server.reason ?? server.state}`).join(', '))
    await sleep(1000)
  }
}

async function checkAnswer(report: Report, call: Call, question: string): Promise<Watched | null> {
  const seen: { watched: Watched | null } = { watched: null }
  const came = await report.check('Answer with a tool call', async () => {
    const watched = await watch(call, question)
    seen.watched = watched
    const calls = watched.parts.filter((part) => part.type === 'dynamic-tool')
    const worked = calls.filter((part) => part.state === 'output-available')
    if (watched.finish === null) throw new Error('it broke off')
    if (watched.finish.state !== 'complete') throw new Error(`it ended as ${watched.finish.state}`)
    if (worked.length === 0) throw new Error(calls[0]?.errorText ?? 'no tool was called')
    if (textOf(watched.parts) === '') throw new Error('it is empty')
    return `${worked.map((part) => part.toolName).join(', ')}; ${watched.arrivals.length} events`
  })
  const { watched } = seen
  if (!came || watched === null) return watched
  await report.check('Streamed, not held back', async () => {
    const [first = 0, last = 0] = [watched.arrivals[0], watched.arrivals.at(-1)]
    // Whoever holds a stream back gives all of it out at its end; a model may think for longer than it speaks.
    if (first > last * 0.9) throw new Error(`the first event came after ${ms(first)}, the last after ${ms(last)}`)
    return `the first event after ${ms(first)}, the last after ${ms(last)}`
  })
  return watched
}

async function checkStored(report: Report, call: Call, watched: Watched): Promise<void> {
  const path = `/api/conversations/${watched.conversationId}`
  await report.check('Stored, and deleted', async () => {
    const page = messagePageSchema.parse(JSON.parse(await (await call('GET', `${path}/messages`)).text()))
    const stored = page.items.find(({ role }) => role === 'assistant')
    if (stored === undefined || textOf(stored.parts) !== textOf(watched.parts))
      throw new Error('what is stored is not what was shown')
    const gone = await call('DELETE', path)
    if (gone.status !== 204) throw new Error(`deleting is answered with ${gone.status}`)
    const after = await call('GET', path)
    if (after.status !== 404) throw new Error(`the deleted conversation answers ${after.status}`)
    return 'what was shown is what is stored'
  })
}

async function watch(call: Call, question: string): Promise<Watched> {
  const asked = performance.now()
  const answer = await call('POST', '/api/chat', { parts: [{ type: 'text', text: question }] }, 'text/event-stream')
  if (answer.status !== 200) throw new Error(`the question is answered with ${answer.status}: ${await answer.text()}`)
  const watched: Watched = { conversationId: '', parts: [], finish: null, arrivals: [] }
  const folded = startFold([])
  answer.body.setEncoding('utf8')
  let rest = ''
  for await (const text of answer.body) {
    const blocks = `${rest}${text}`.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const data of blocks.flatMap((block) => /^data: ?(.+)$/m.exec(block)?.[1] ?? [])) {
      if (data === '[DONE]') continue
      const part = streamPartSchema.parse(JSON.parse(data))
      watched.arrivals.push(performance.now() - asked)
      if (part.type === 'start') watched.conversationId = part.messageMetadata.conversationId
      if (part.type === 'finish') watched.finish = part.messageMetadata
      foldPart(folded, part)
    }
  }
  watched.parts = folded.parts
  return watched
}

function textOf(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function ms(value: number): string {
  return `${Math.round(value)} ms`
}
