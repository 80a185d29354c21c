import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { openTracer } from '@ai-assistant/telemetry/open-tracer'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openS3Store } from '../backup/s3-store.ts'
import { openConnections } from '../mcp/connections.ts'
import { createChatCompletionsModel } from '../models/chat-completions.ts'
import { listModels } from '../models/list-models.ts'
import { createOpenIdProvider } from '../providers/open-id-provider.ts'
import { ErrorReporter } from '../telemetry/error-reporter.ts'
import { createOperatorAgent } from './operator-agent.ts'
import { createProviderFetch } from './provider-fetch.ts'

/** No answer of a peer, however it is packed, may take more than this of the memory of the process. */
const MOST_BYTES = 200 << 20
const UNPACKED = 1 << 30

const block = Buffer.alloc(4 << 20, ' ')
const gzip = gzipSync(block)
const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

type Send = (response: ServerResponse) => void

function whole(body: Buffer, headers: Record<string, string>): Send {
  return (response) => void response.writeHead(200, headers).end(body)
}

/** Sends as long as somebody reads. */
function endless(chunk: Buffer, headers: Record<string, string>): Send {
  return (response) => {
    response.writeHead(200, headers)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
      sent += chunk.length
    }
    response.on('drain', more)
    more()
  }
}

const json = { 'content-type': 'application/json' }
const events = { 'content-type': 'text/event-stream' }
/** Members of gzip one after the other unpack one after the other. */
const manyMembers = Buffer.concat(Array.from({ length: UNPACKED / block.length }, () => gzip))
const layered = Array.from({ length: 200 }).reduce<Buffer>((body) => gzipSync(body), Buffer.from('{}'))

const bombs: Record<string, Send> = {
  'a gibibyte in gzip': whole(manyMembers, { ...json, 'content-encoding': 'gzip' }),
  'gzip in gzip': whole(gzipSync(manyMembers), { ...json, 'content-encoding': 'gzip, gzip' }),
  brotli: whole(brotliCompressSync(Buffer.alloc(128 << 20, ' '), fast), { ...json, 'content-encoding': 'br' }),
  deflate: whole(deflateSync(Buffer.alloc(128 << 20, ' ')), { ...json, 'content-encoding': 'deflate' }),
  'two hundred layers': whole(layered, { ...json, 'content-encoding': Array(200).fill('gzip').join(', ') }),
  'events in gzip': whole(manyMembers, { ...events, 'content-encoding': 'gzip' }),
  'a body without an end': endless(Buffer.alloc(1 << 16, ' '), json),
  'a line without an end': endless(Buffer.alloc(1 << 16, 'x'), events),
  'events that say nothing, without an end': endless(Buffer.from(': \n\n'.repeat(16_000)), events),
  'an array without an end': endless(Buffer.from('['.repeat(1 << 16)), json),
  'headers without an end': (response) => {
    const socket = response.socket
    socket?.write('HTTP/1.1 200 OK\r\n')
    const more = (): void => {
      while (socket !== null && !socket.destroyed && socket.write(`x-${'y'.repeat(1 << 14)}: z\r\n`)) sent += 1 << 14
    }
    socket?.on('drain', more).on('error', () => undefined)
    more()
  },
}

let url: string
let send: Send = () => undefined
let sent = 0
const server = createServer((request, response) => {
  request.resume()
  send(response)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(() => server.closeAllConnections())
afterAll(() => void server.close())

const log = { info: () => undefined, warn: () => undefined }

/** Whoever reads what a peer answers. Resolves to what it made of it, rejects with why not. */
const readers: Record<string, () => Promise<unknown>> = {
  'the list of models': () => listModels(url, { apiKey: 'k', timeoutMs: 20_000 }),
  'an answer of a model': async () => {
    const agent = createOperatorAgent(url)
    const settings = { id: 'm', provider: 'compatible' as const, baseUrl: url, apiKey: 'k', why: 'a test' }
    const dependencies = { agent, clock: Date, log, random: () => 0, limits: { idleMs: 5000 } }
    const model = createChatCompletionsModel({ ...settings, answerTokens: 10, temperature: null }, dependencies)
    const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hello' }] }]
    let last: unknown
    const signal = AbortSignal.timeout(60_000)
    for await (const event of model.stream({ system: '', messages, tools: [] }, signal)) last = event
    await agent.close()
    return last
  },
  'what a provider says of itself': async () => {
    const web = createProviderFetch([url])
    await web.fetch(url, { method: 'GET', headers: {} }).finally(() => void web.close())
  },
  'a sign-in at a provider': async () => {
    const provider = createOpenIdProvider({ id: 'x', name: 'X', issuer: url, clientId: 'c', clientSecret: 's' })
    const trip = { redirectUri: 'http://localhost/x', state: 's', nonce: 'n', verifier: 'v'.repeat(43) }
    await provider.start(trip).finally(() => void provider.close())
  },
  'the store of backups': async () => {
    const store = openStore()
    await store.list().finally(() => void store.close())
  },
  'a tool server': async () => {
    const reach = { kind: 'http' as const, url: new URL(url), headers: {} }
    const options = { version: '0', connectTimeoutMs: 20_000, timings: { firstRetryMs: 60_000 } }
    const tools = openConnections([{ id: url, name: null, trusted: true, reach }], options)
    await tools.settled(50_000)
    const state = tools.list[0]?.state
    await tools.close()
    return state
  },
  'the reporter of errors': async () => {
    const dsn = `${url.replace('://', '://key@')}/1`
    const reporter = new ErrorReporter({ dsn, release: '0', environment: 'test', clean: (text) => text })
    reporter.report({ level: 'error', message: 'x', error: new Error('x'), tags: {} })
    await reporter.close()
  },
  'the collector of traces': async () => {
    const settings = { url, headers: {}, serviceName: null, attributes: {}, sampler: { ratio: 1, followsCaller: true } }
    const tracer = openTracer({ settings, log, service: 'x', version: '0', environment: 'test' })
    tracer.start('span', { kind: 'internal', parent: null }).end()
    await tracer.close()
  },
}

const cases = Object.keys(readers).flatMap((reader) => Object.keys(bombs).map((bomb) => ({ reader, bomb })))

function openStore() {
  return openS3Store({ endpoint: url, region: 'r', bucket: 'b', prefix: '', accessKeyId: 'a', secretAccessKey: 's' })
}

test.each(cases)('$reader is read to its bound and no further: $bomb', async ({ reader, bomb }) => {
  send = bombs[bomb] ?? send
  sent = 0
  const before = process.memoryUsage().rss
  let most = 0
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20)
  const outcome = await readers[reader]?.().catch((error: unknown) => error)
  clearInterval(look)
  expect(Math.max(most, process.memoryUsage().rss - before)).toBeLessThan(MOST_BYTES)
  // What is under way between two sockets of one machine is some megabytes more than was read.
  expect(sent).toBeLessThan(80 << 20)
  const refused =
    outcome instanceof Error || /^null$|"kind":"failed"|"type":"error"/.test(JSON.stringify(outcome) ?? '')
  // Of these two nobody reads what they are answered.
  expect(refused || /errors|traces/.test(reader), JSON.stringify(outcome)).toBe(true)
})

test('a store whose list never ends, or that lists nonsense, is told so in bounded time', async () => {
  const store = openStore()
  const list = (inner: string): Send => whole(Buffer.from(`<ListBucketResult>${inner}</ListBucketResult>`), {})
  send = list('<IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>')
  await expect(store.list()).rejects.toThrow('the store goes on after 1000 pages')
  // Each of these would be looked through to its end, were each beginning looked at by itself.
  send = list('<Contents>'.repeat(700_000) + '<Key>'.repeat(100_000))
  expect(await store.list()).toEqual([])
  send = whole(Buffer.from('<html>Sign in to the Wi-Fi</html>'), { 'content-type': 'text/html' })
  await expect(store.list()).rejects.toThrow('no list')
  await store.close()
})
