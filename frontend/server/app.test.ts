import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { problemSchema } from '@ai-assistant/contract'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { createApp } from './app.ts'
import { indexAssets } from './assets.ts'
import { readConfig } from './config.ts'

const page = '<!doctype html><title>the app</title>'
const script = `console.log("${'the app '.repeat(400)}")`
const cleanUps: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/** The server before an orchestrator that behaves as given; no listener means that nothing listens there. */
async function serve(orchestrator: Answer | null, env: Record<string, string> = {}) {
  const upstream = createServer((request, response) => void orchestrator?.(request, response)).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const stopUpstream = async () => {
    upstream.closeAllConnections()
    await new Promise((resolve) => upstream.close(resolve))
  }
  const { port } = addressOf(upstream)
  if (orchestrator) cleanUps.push(stopUpstream)
  else await stopUpstream()

  const config = readConfig({ FRONTEND_PORT: '0', ORCHESTRATOR_URL: `http://127.0.0.1:${port}`, ...env })
  const app = createApp({ config, assets: indexAssets(dist()), version: '1.2.3', log: pino({ level: 'silent' }) })
  cleanUps.push(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, app, upstream, stopUpstream }
}

function dist(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dist-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), page)
  writeFileSync(join(folder, '.built-from'), 'a stamp')
  writeFileSync(join(folder, 'assets', 'index-abc123.js'), script)
  writeFileSync(join(folder, 'assets', 'index-abc123.js.br'), brotliCompressSync(script))
  return folder
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return address
}

/** A GET without what `fetch` adds of its own. */
async function get(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const [response] = await once(httpRequest(url, options).end(), 'response')
  return response as IncomingMessage
}

async function readAll(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

test('each part of a stream passes as it comes, its headers before the first', async () => {
  const parts = Array.from({ length: 3 }, () => Promise.withResolvers<string>())
  const { url } = await serve(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    for (const part of parts) response.write(await part.promise)
    response.end()
  })
  const response = await fetch(`${url}/api/chat`, { method: 'POST', body: '{}' })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  // Each part is sent only after the one before it was read here: any buffering on the way would wait for ever.
  for (const [index, part] of parts.entries()) {
    part.resolve(`data: ${index}\n\n`)
    expect(await reader.read()).toEqual({ done: false, value: `data: ${index}\n\n` })
  }
  expect(await reader.read()).toEqual({ done: true, value: undefined })
})

test('each part of an upload passes as it comes', async () => {
  const seen: string[] = []
  let saw = Promise.withResolvers<void>()
  const { url } = await serve(async (request, response) => {
    for await (const chunk of request) {
      seen.push(String(chunk))
      saw.resolve()
    }
    response.end('thanks')
  })
  const sending = httpRequest(`${url}/api/files`, { method: 'POST' })
  const answered = once(sending, 'response')
  for (const part of ['one', 'two', 'three']) {
    saw = Promise.withResolvers()
    sending.write(part)
    await saw.promise
  }
  sending.end()
  const [response] = await answered
  expect(await readAll(response)).toBe('thanks')
  expect(seen).toEqual(['one', 'two', 'three'])
})

test('a caller who leaves ends the request behind', async () => {
  const left = Promise.withResolvers<void>()
  const { url } = await serve((_request, response) => {
    response.write('first')
    response.once('close', () => left.resolve())
  })
  const leaving = new AbortController()
  const response = await fetch(`${url}/api/slow`, { signal: leaving.signal })
  await response.body!.getReader().read()
  leaving.abort()
  await expect(left.promise).resolves.toBeUndefined()
})

test('a caller who reads slowly holds the orchestrator back', async () => {
  const size = 64 * 1024 * 1024
  let sent = 0
  const { url } = await serve(async (_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024)
    while (sent < size && !response.destroyed) {
      sent += chunk.length
      if (!response.write(chunk)) await once(response, 'drain').catch(() => undefined)
    }
    response.end()
  })
  const response = await new Promise<IncomingMessage>((resolve) => {
    httpRequest(`${url}/api/large`, resolve).end()
  })
  response.pause()
  let before = -1
  while (before !== sent) {
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(sent).toBeLessThan(size)
  let received = 0
  for await (const chunk of response) received += chunk.length
  expect(received).toBe(size)
})

test('an orchestrator that is not there gives 502 in the problem shape, with a hint to try again, for small and large bodies', async () => {
  const { url } = await serve(null)
  for (const body of [undefined, '{"small":true}', 'x'.repeat(1_000_000)]) {
    const response = await fetch(`${url}/api/chat`, { method: 'POST', ...(body ? { body } : {}) })
    expect(response.status).toBe(502)
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: 502, code: 'unavailable' })
  }
})

test('works again as soon as the orchestrator is back', async () => {
  const { url, upstream, stopUpstream } = await serve((_request, response) => response.end('here'))
  const { port } = addressOf(upstream)
  expect(await (await fetch(`${url}/api/x`)).text()).toBe('here')
  await stopUpstream()
  expect((await fetch(`${url}/api/x`)).status).toBe(502)
  const back = createServer((_request, response) => response.end('back')).listen(port, '127.0.0.1')
  await once(back, 'listening')
  cleanUps.push(async () => {
    back.closeAllConnections()
    back.close()
  })
  expect(await (await fetch(`${url}/api/x`)).text()).toBe('back')
})

test('an answer that breaks off is not passed on as a whole one', async () => {
  const { url } = await serve((_request, response) => {
    response.write('half', () => response.destroy())
  })
  const response = await fetch(`${url}/api/x`)
  await expect(response.text()).rejects.toThrow('terminated')
})

test('a request whose kept connection was just closed is sent again where that is safe', async () => {
  let requests = 0
  const { url } = await serve((request, response) => {
    requests++
    if (requests === 2) request.socket.destroy()
    else response.end('ok')
  })
  expect((await fetch(`${url}/api/x`)).status).toBe(200)
  expect((await fetch(`${url}/api/x`)).status).toBe(200)
  expect(requests).toBe(3)
})

test('tells the orchestrator who asked and how, keeps cookies, and passes no hop-by-hop header', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, {
      'set-cookie': ['a=1', 'b=2'],
      'x-content-type-options': 'nosniff',
      'keep-alive': 'timeout=9',
    })
    response.end(JSON.stringify({ headers: request.headers, url: request.url, method: request.method }))
  })
  const sending = httpRequest(`${url}/v1/models?limit=2`, {
    method: 'PATCH',
    headers: {
      cookie: 'sid=1',
      connection: 'close, x-private',
      'x-private': 'no',
      'x-forwarded-for': '203.0.113.9',
      te: 'trailers',
    },
  })
  sending.end()
  const [response] = await once(sending, 'response')
  const { headers, ...rest } = JSON.parse(await readAll(response))
  expect(rest).toEqual({ url: '/v1/models?limit=2', method: 'PATCH' })
  expect(headers).toMatchObject({
    cookie: 'sid=1',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(url).host,
    host: new URL(url).host,
  })
  expect(headers).not.toHaveProperty('x-private')
  expect(headers).not.toHaveProperty('te')
  expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(response.headers['keep-alive']).not.toBe('timeout=9')
})

test('refuses a body beyond the limit before it is sent', async () => {
  const { url } = await serve((_request, response) => response.end(), { UPLOAD_MAX_BYTES: '2048' })
  const response = await fetch(`${url}/api/files`, { method: 'POST', body: 'x'.repeat(4096) })
  expect(response.status).toBe(413)
  expect(problemSchema.parse(await response.json()).code).toBe('body_too_large')
})

test('never passes on /metrics, not by a path that climbs out either', async () => {
  let asked = 0
  const { url } = await serve((_request, response) => {
    asked++
    response.end('secret_of_the_orchestrator 1')
  })
  const { hostname, port } = new URL(url)
  for (const path of [
    '/metrics',
    '/api/../metrics',
    '/api/%2e%2e/metrics',
    '//metrics',
    '/v1/..%2fmetrics/../../metrics',
  ]) {
    const sending = httpRequest({ hostname, port, path })
    sending.end()
    const [response] = await once(sending, 'response')
    expect(await readAll(response)).not.toContain('secret_of_the_orchestrator')
  }
  expect(asked).toBe(0)
})

test('counts requests under their route, and shows the figures to this machine or to whoever has the token', async () => {
  const { url } = await serve((_request, response) => response.writeHead(404).end(), {
    METRICS_TOKEN: 'let-me-see-them',
  })
  await (await fetch(`${url}/api/conversations/42`)).text()
  await (await fetch(`${url}/`)).text()
  // A request is counted when its answer has left, which may be after it arrived.
  const figures = async () => (await fetch(`${url}/metrics`)).text()
  await expect.poll(figures).toMatch(/http_requests_total\{method="GET",path="\/api\/\*",status="404"\} 1/)
  await expect.poll(figures).toMatch(/http_requests_total\{method="GET",path="\/\*",status="200"\} 1/)
  expect(await figures()).toContain('http_request_duration_seconds_bucket')

  const proxied = { 'x-forwarded-for': '203.0.113.9' }
  expect((await fetch(`${url}/metrics`, { headers: proxied })).status).toBe(401)
  const shown = { ...proxied, authorization: 'Bearer let-me-see-them' }
  expect((await fetch(`${url}/metrics`, { headers: shown })).status).toBe(200)
})

test('offers no figures where Prometheus is off', async () => {
  const { url } = await serve(null, { PROMETHEUS_ENABLED: 'false' })
  expect((await fetch(`${url}/metrics`)).status).toBe(404)
})

test('names each variable that is wrong', () => {
  const wrong = { FRONTEND_PORT: '99999', ORCHESTRATOR_URL: 'orchestrator:8000', LOG_LEVEL: 'loud' }
  expect(() => readConfig(wrong)).toThrow(
    [
      'FRONTEND_PORT must be a port number from 0 to 65535.',
      'ORCHESTRATOR_URL must be an address that begins with http:// or https://.',
      'LOG_LEVEL must be trace, debug, info, warn, error or fatal.',
    ].join('\n'),
  )
})

test('is alive by itself, and ready when the orchestrator is', async () => {
  const alone = await serve(null)
  expect((await fetch(`${alone.url}/health`)).status).toBe(200)
  const notReady = await fetch(`${alone.url}/ready`)
  expect(notReady.status).toBe(503)
  expect(await notReady.json()).toMatchObject({ status: 'not-ready', checks: { orchestrator: { ok: false } } })
  const { url } = await serve((_request, response) => response.end('{}'))
  expect((await fetch(`${url}/ready`)).status).toBe(200)
})

test('gives out hashed files for ever and compressed, and the page always fresh', async () => {
  const { url } = await serve(null)
  const compressed = await get(`${url}/assets/index-abc123.js`, { headers: { 'accept-encoding': 'gzip, br' } })
  expect(compressed.headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
    vary: 'Accept-Encoding',
  })
  const chunks: Buffer[] = []
  for await (const chunk of compressed) chunks.push(chunk as Buffer)
  expect(String(brotliDecompressSync(Buffer.concat(chunks)))).toBe(script)

  const plain = await fetch(`${url}/assets/index-abc123.js`, { headers: { 'accept-encoding': 'br;q=0' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toBe(script)

  const head = await get(`${url}/`, { method: 'HEAD' })
  expect(head.headers['content-length']).toBe(String(page.length))
  expect(await readAll(head)).toBe('')
  const fresh = await fetch(`${url}/`)
  expect(fresh.headers.get('cache-control')).toBe('no-cache')
  const again = await fetch(`${url}/`, { headers: { 'if-none-match': fresh.headers.get('etag') ?? '' } })
  expect(again.status).toBe(304)
})

test('answers navigation to any place of the app with the page, and nothing else', async () => {
  const { url } = await serve(null)
  const html = { accept: 'text/html,application/xhtml+xml' }
  const navigation = await get(`${url}/c/0192-some-conversation`, { headers: html })
  expect(await readAll(navigation)).toBe(page)
  const byScript = await get(`${url}/c/0192`, { headers: { ...html, 'sec-fetch-mode': 'cors' } })
  expect(byScript.statusCode).toBe(404)
  byScript.resume()
  expect((await fetch(`${url}/c/0192`, { headers: { accept: 'application/json' } })).status).toBe(404)
  expect((await fetch(`${url}/assets/gone-000.js`, { headers: html })).status).toBe(404)
  expect((await fetch(`${url}/.built-from`)).status).toBe(404)
  expect((await fetch(`${url}/..%2f..%2fpackage.json`)).status).toBe(404)
  expect((await fetch(`${url}/%E0%A4%A`)).status).toBeGreaterThanOrEqual(400)
  expect((await fetch(`${url}/`, { method: 'POST', body: 'x' })).status).toBe(405)
})

const floor: Record<string, RegExp> = {
  'content-security-policy': /^default-src 'none';(?!.*unsafe)/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8,}$/,
  'x-content-type-options': /^nosniff$/,
  'x-dns-prefetch-control': /^off$/,
  'x-frame-options': /^DENY$/,
}

test('every kind of answer carries each header of the floor; https is kept to where people come by it', async () => {
  const { url, stopUpstream } = await serve((_request, response) => response.end('{}'), {
    PUBLIC_URL: 'https://chat.example.com',
  })
  const html = { accept: 'text/html' }
  const { headers: fresh } = await get(`${url}/`)
  const asked: Record<string, [string, RequestOptions?]> = {
    page: ['/'],
    'page of a place': ['/c/some-conversation', { headers: html }],
    asset: ['/assets/index-abc123.js'],
    'compressed asset': ['/assets/index-abc123.js', { headers: { 'accept-encoding': 'br' } }],
    304: ['/', { headers: { 'if-none-match': String(fresh.etag) } }],
    API: ['/api/x'],
    health: ['/health'],
    ready: ['/ready'],
    metrics: ['/metrics'],
    404: ['/nothing'],
    '404 of an asset': ['/assets/gone-1.js', { headers: html }],
    '404 of a path that climbs': ['/api/..%2f..%2fmetrics'],
    '400 of the path': ['/%zz'],
    405: ['/', { method: 'POST' }],
    '405 of a strange method': ['/', { method: 'PROPFIND' }],
  }
  const see = async (kind: string, [path, options]: [string, RequestOptions?]) => {
    const answer = await get(url + path, options ?? {})
    answer.resume()
    for (const [name, value] of Object.entries(floor)) {
      expect(String(answer.headers[name]), `${kind} (${answer.statusCode}): ${name}`).toMatch(value)
    }
    const kept = String(answer.headers['cache-control'])
    const isAsset = /^(?:page|asset|compressed asset|304)/.test(kind)
    expect(kept, kind).toMatch(isAsset ? /^(?:no-cache|public, .*immutable)$/ : /^no-store$/)
  }
  for (const [kind, question] of Object.entries(asked)) await see(kind, question)
  await stopUpstream()
  await see('502', ['/api/x'])
  const malformed = await new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nbad header\r\n\r\n'),
    )
    socket.on('data', (data) => resolve(String(data)))
  })
  for (const name of Object.keys(floor)) expect(malformed.toLowerCase(), name).toContain(`\r\n${name}: `)
  const plain = await serve(null)
  expect((await fetch(plain.url)).headers.get('strict-transport-security')).toBeNull()
})

test('closes while streams are open, without waiting for their end', async () => {
  const { url, app } = await serve((_request, response) => {
    response.write('data: 1\n\n')
  })
  const response = await fetch(`${url}/api/chat`)
  const reader = response.body!.getReader()
  await reader.read()
  await Promise.all([app.close(), expect(reader.read()).rejects.toThrow('terminated')])
})

test('who sends without an end is cut', async () => {
  const { app } = await serve(null)
  expect(app.server.requestTimeout).toBe(60_000)
  expect(app.server.headersTimeout).toBeGreaterThan(0)
})

test('a malformed request does not end the server', async () => {
  const { url } = await serve(null)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /api/\u0000 HTTP/1.1\r\n\r\n')
  socket.resume()
  await once(socket, 'close')
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
