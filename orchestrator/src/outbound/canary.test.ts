import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chatCompletionRequestSchema, userPartSchema } from '@ai-assistant/contract'
import { openTracer } from '@ai-assistant/telemetry/open-tracer'
import { fetch as undiciFetch } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openS3Store } from '../backup/s3-store.ts'
import { startMailbox } from '../../test/support/mailbox.ts'
import { openMail } from '../mail/open-mail.ts'
import { openConnections } from '../mcp/connections.ts'
import { HttpTransport } from '../mcp/http-transport.ts'
import { createOperatorFetch } from '../mcp/operator-fetch.ts'
import { createChatCompletionsModel } from '../models/chat-completions.ts'
import { listModels } from '../models/list-models.ts'
import { ErrorReporter } from '../telemetry/error-reporter.ts'
import { createOperatorAgent } from './operator-agent.ts'
import { isPublicAddress } from './public-address.ts'
import { createProviderFetch } from './provider-fetch.ts'
import { createPublicAgent, publicLookup, type Resolve } from './public-agent.ts'
import { disguisedUrls } from './test/disguised.ts'
import { hostileTools } from './test/hostile-tools.ts'

/** Whatever reaches it came through a hole. */
let canary: { port: number; hits: string[]; close(): void }
/** An origin the operator has written down, and that has turned hostile: it sends every caller to `target`. */
let turned: { url: string; target: string; status: number; asked: number; answer: Handle; close(): void }
let urls: string[]

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown

async function listen(handle: Handle, { host = '127.0.0.1', at = 0 } = {}) {
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(at, host, resolve))
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

beforeAll(async () => {
  const hits: string[] = []
  const sing: Handle = (request, response) => {
    hits.push(request.url ?? '')
    response.end('canary')
  }
  const own = await listen(sing)
  // Where this machine has the other protocol too, its loopback is as private.
  const other = await listen(sing, { host: '::1', at: own.port }).catch(() => null)
  canary = { port: own.port, hits, close: () => (own.close(), other?.close()) }
  const redirect: Handle = (_, response) => {
    // A header holds Latin letters alone; a real server would send the rest encoded.
    response.writeHead(state.status, { location: encodeURI(state.target).replaceAll(/%5B|%5D/g, decodeURIComponent) })
    response.end()
  }
  const state = { target: '', status: 302, asked: 0, answer: redirect }
  const server = await listen((request, response) => {
    state.asked += 1
    return state.answer(request, response)
  })
  turned = Object.assign(state, { url: `http://127.0.0.1:${server.port}`, close: server.close })
  urls = disguisedUrls(canary.port)
})

afterAll(() => {
  canary.close()
  turned.close()
})

/** Every name there is leads to this machine. */
const leadsHere: Resolve = (_, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])

test('the canary hears whoever is not careful', async () => {
  const before = canary.hits.length
  for (const url of [`http://127.1:${canary.port}/canary`, `http://2130706433:${canary.port}/canary`]) await fetch(url)
  turned.target = `http://0x7f.1:${canary.port}/canary`
  await fetch(turned.url)
  expect(canary.hits.splice(before)).toHaveLength(3)
})

test('no disguise of a private address is called where only public ones may be', async () => {
  const agent = createPublicAgent(leadsHere)
  let refused = 0
  for (const url of urls) {
    await undiciFetch(url, { dispatcher: agent.dispatcher, redirect: 'manual' }).catch(() => (refused += 1))
  }
  await agent.close()
  // A data: URL is read from itself.
  expect(refused).toBe(urls.length - urls.filter((url) => url.startsWith('data:')).length)
  expect(canary.hits).toEqual([])
  expect(new Set(urls).size).toBeGreaterThanOrEqual(400)
})

test('nor where a provider’s own metadata leads to one', async () => {
  const web = createProviderFetch(['https://issuer.example'])
  for (const url of urls) await web.fetch(url, { method: 'POST', headers: {}, body: 'x' }).catch(() => undefined)
  await web.close()
  expect(canary.hits).toEqual([])
})

const statuses = [301, 302, 303, 307, 308]

/** Everything that calls an address the operator has written down. */
const sinks: Record<string, (url: string) => Promise<unknown>> = {
  'the list of models': (url) => listModels(url, { apiKey: 'k', timeoutMs: 2000 }),
  'an answer of a model': async (url) => {
    const agent = createOperatorAgent(url)
    const clock = { now: () => Date.now() }
    const log = { info: () => undefined, warn: () => undefined }
    const settings = { id: 'm', provider: 'compatible' as const, baseUrl: url, apiKey: 'k', why: 'a test' }
    const model = createChatCompletionsModel(
      { ...settings, answerTokens: 10, temperature: null },
      { agent, clock, log, random: () => 0 },
    )
    const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'Hello' }] }]
    for await (const event of model.stream({ system: '', messages, tools: [] }, AbortSignal.timeout(2000))) void event
    await agent.close()
  },
  'a provider of sign-ins': async (url) => {
    const web = createProviderFetch([url])
    await web.fetch(url, { method: 'GET', headers: {} })
    await web.close()
  },
  'the store of backups': async (url) => {
    const keys = { accessKeyId: 'a', secretAccessKey: 's' }
    const store = openS3Store({ endpoint: url, region: 'r', bucket: 'b', prefix: 'p/', ...keys })
    await store.list().finally(() => void store.close())
  },
  'a tool server': async (url) => {
    const { fetch, close } = createOperatorFetch(new URL(url))
    await (await fetch(url, { method: 'POST', body: '{}' })).text()
    await close()
  },
  'the reporter of errors': async (url) => {
    const dsn = url.replace('://', '://key@').concat('/1')
    const reporter = new ErrorReporter({ dsn, release: '0', environment: 'test', clean: (text) => text })
    reporter.report({ level: 'error', message: turned.target, error: new Error(turned.target), tags: {} })
    await reporter.close()
  },
  'the collector of traces': async (url) => {
    const settings = { url, headers: {}, serviceName: null, attributes: {}, sampler: { ratio: 1, followsCaller: true } }
    const log = { info: () => undefined, warn: () => undefined }
    const tracer = openTracer({ settings, log, service: 'x', version: '0', environment: 'test' })
    tracer.start('span', { kind: 'internal', parent: null }).end()
    await tracer.close()
  },
}

test.each(Object.keys(sinks))('%s is followed to no disguised address, by no kind of redirect', async (name) => {
  const sink = sinks[name]
  const before = turned.asked
  for (const [index, url] of urls.entries()) {
    turned.target = url
    turned.status = statuses[index % statuses.length] ?? 302
    await sink?.(turned.url).catch(() => undefined)
  }
  expect(turned.asked - before).toBeGreaterThanOrEqual(urls.length)
  expect(canary.hits).toEqual([])
})

/** What a tool server may answer a client that would sign in at it (RFC 9728), to send it elsewhere. */
const challenges: Record<string, Handle> = {
  'the address of its metadata': (_, response) => {
    const challenge = `Bearer resource_metadata="${encodeURI(turned.target)}"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  },
  'the authorization servers in its metadata': ({ url = '' }, response) => {
    if (!url.includes('oauth-protected-resource')) return response.writeHead(401).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ resource: turned.url, authorization_servers: [turned.target] }))
  },
  'the endpoints of its own authorization server': ({ url = '' }, response) => {
    if (!url.includes('.well-known/')) return response.writeHead(401).end()
    const endpoints = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'jwks_uri']
    const named = Object.fromEntries(endpoints.map((name) => [name, turned.target]))
    const resource = { resource: turned.url, authorization_servers: [turned.url] }
    const issuer = {
      issuer: turned.url,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(url.includes('oauth-protected-resource') ? resource : { ...issuer, ...named }))
  },
}

test.each(Object.keys(challenges))('a tool server sends a client that would sign in nowhere by %s', async (name) => {
  const redirect = turned.answer
  turned.answer = challenges[name] ?? redirect
  let opened = 0
  for (const url of urls) {
    turned.target = url
    const { fetch, close } = createOperatorFetch(new URL(turned.url))
    const reach = { kind: 'http' as const, url: new URL(turned.url), headers: { authorization: 'Bearer of-ours' } }
    const authProvider = {
      redirectUrl: 'http://localhost/callback',
      clientMetadata: { redirect_uris: ['http://localhost/callback'] },
      clientInformation: () => undefined,
      tokens: () => undefined,
      saveTokens: () => undefined,
      saveClientInformation: () => undefined,
      saveCodeVerifier: () => undefined,
      codeVerifier: () => 'x'.repeat(43),
      redirectToAuthorization: () => void (opened += 1),
    }
    const transport = new HttpTransport({ reach, fetch, authProvider, maxBytes: 100_000 })
    await transport.start()
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'ping' }).catch(() => undefined)
    await Promise.all([transport.close(), close()])
  }
  turned.answer = redirect
  expect(opened).toBe(0)
  expect(canary.hits).toEqual([])
})

test('a tool server’s words, schemas, icons, links and results are read and not followed', async () => {
  const server = await listen(hostileTools(urls))
  const url = new URL(`http://127.0.0.1:${server.port}/mcp`)
  const spec = { id: url.href, name: null, trusted: true, reach: { kind: 'http' as const, url, headers: {} } }
  const tools = openConnections([spec], { version: '0' })
  await tools.settled(10_000)
  const connection = tools.list[0]
  const state = connection?.state
  expect(state).toMatchObject({ kind: 'connected', serverName: 'hostile' })
  const listed = state?.kind === 'connected' ? state.list.tools : []
  expect(listed.length).toBeGreaterThan(100)
  for (const tool of listed.slice(0, 10)) {
    const outcome = await connection?.call(
      tool,
      {},
      { signal: AbortSignal.timeout(10_000), onProgress: () => undefined },
    )
    expect(outcome).toBeDefined()
  }
  await tools.close()
  server.close()
  expect(canary.hits).toEqual([])
})

test('a letter carries addresses and fetches none, whoever wrote its words', async () => {
  const mailbox = await startMailbox()
  const outcomes: string[] = []
  const log = { warn: () => undefined }
  const settings = { url: mailbox.url, from: 'a@b.example', log, onSent: (outcome: string) => outcomes.push(outcome) }
  const mail = openMail({ ...settings, pauses: [] })
  mail.send({ to: 'c@d.example', subject: urls.join(' ').slice(0, 5000), text: urls.join('\n') })
  await mailbox.next('c@d.example')
  // Not a letter by its type: what the library would read from an address or a file, were it told so.
  for (const text of [{ path: urls[0] }, { href: urls[0] }, { path: '/etc/hostname' }])
    mail.send({ to: 'c@d.example', subject: 'x', text: text as never })
  await expect.poll(() => outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(3)
  await mail.close()
  expect(mailbox.letters).toHaveLength(1)
  expect(canary.hits).toEqual([])
})

test('a picture in a question is never an address that could be fetched', () => {
  for (const url of urls) {
    for (const mediaType of ['image/png', 'image/svg+xml']) {
      expect(userPartSchema.safeParse({ type: 'file', mediaType, url }).success, url).toBe(false)
    }
    const content = [{ type: 'image_url', image_url: { url } }]
    const asked = { model: 'default', messages: [{ role: 'user', content }] }
    expect(chatCompletionRequestSchema.safeParse(asked).success, url).toBe(false)
  }
})

test('a name is called at the very addresses that were looked at, and not at all if one of them is private', () => {
  const answers = ['93.184.215.14', '127.0.0.1', '2606:4700::1111', '::ffff:10.0.0.1']
  const flipping: Resolve = (_, callback) => {
    const address = answers.shift() ?? ''
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  const lookup = publicLookup(flipping)
  const told: string[] = []
  for (let n = 0; n < 4; n++) {
    lookup('flip.example', { all: false }, (error, address) =>
      told.push(error || typeof address !== 'string' ? 'refused' : address),
    )
  }
  expect(told).toEqual(['93.184.215.14', 'refused', '2606:4700::1111', 'refused'])
  const mixed: Resolve = (_, callback) =>
    callback(null, [
      { address: '93.184.215.14', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ])
  publicLookup(mixed)('mixed.example', { all: true }, (error) => expect(error?.message).toContain('no public address'))
})

test.each(['8.8.8.8', '1.1.1.1', '93.184.215.14', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)
