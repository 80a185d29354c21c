import type { IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:tls'
import { type Route, routes } from '@ai-assistant/contract'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../src/product/make-key.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'
import { type Nginx, startNginx } from '../src/services/nginx.ts'

const floor: Record<string, RegExp> = {
  'content-security-policy': /^default-src 'none';(?!.*unsafe)/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8,}$/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
}

interface Line {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

const uploadMaxBytes = 50_000

let product: Product
let simulator: Awaited<ReturnType<typeof startModelSimulator>>
let nginx: Nginx | null
let cookie = ''
let runId = ''
let key = ''

beforeAll(async () => {
  simulator = await startModelSimulator()
  product = await startProduct({
    tools: 0,
    model: { url: simulator.url, name: 'sim-ttft1-itl0-len20' },
    env: {
      PUBLIC_URL: 'https://chat.example.com',
      ALLOWED_ORIGINS: 'https://tools.example.org',
      UPLOAD_MAX_BYTES: String(uploadMaxBytes),
    },
  })
  const client = await product.signIn()
  cookie = client.cookie
  key = await makeKey(product.url, cookie)
  runId = (await client.send({ text: 'Hello' })).runId
  nginx = await startNginx({ orchestrator: product.orchestrator.url, frontend: product.url, uploadMaxBytes })
})
afterAll(async () => {
  await nginx?.stop()
  await product?.stop()
  await simulator?.close()
})

function ask({ path, method = 'GET', headers = {}, body }: Line): Promise<[number, IncomingHttpHeaders]> {
  return new Promise((resolve, reject) => {
    const line = {
      host: '127.0.0.1',
      port: nginx?.port,
      path,
      method,
      headers,
      agent: false,
      rejectUnauthorized: false,
    }
    httpsRequest(line, (answer) => {
      answer.destroy()
      resolve([answer.statusCode ?? 0, answer.headers])
    })
      .on('error', reject)
      .end(body)
  })
}

async function expectFloor(kind: string, line: Line, status: number): Promise<IncomingHttpHeaders> {
  const [answered, headers] = await ask({ ...line, headers: { host: 'chat.example.com', ...line.headers } })
  expect(answered, kind).toBe(status)
  for (const [name, value] of Object.entries(floor)) expect(String(headers[name]), `${kind}: ${name}`).toMatch(value)
  return headers
}

describe('through nginx', () => {
  test('every kind of answer carries each header of the floor once, and nothing personal is kept', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    const page = await expectFloor('page', { path: '/' }, 200)
    const etag = { 'if-none-match': String(page['etag']) }
    await expectFloor('304', { path: '/', headers: etag }, 304)
    const html = await (await fetch(product.url)).text()
    const asset = /(?:src|href)="(\/assets\/[^"]+)"/.exec(html)?.[1] ?? ''
    for (const kind of ['asset', 'kept asset']) {
      const { 'cache-control': kept } = await expectFloor(kind, { path: asset }, 200)
      expect(kept).toContain('immutable')
    }
    const personal: Record<string, [Line, number]> = {
      API: [{ path: '/api/session', headers: { cookie } }, 200],
      SSE: [{ path: `/api/runs/${runId}/events`, headers: { cookie } }, 200],
      401: [{ path: '/api/session' }, 401],
      403: [{ path: '/api/chat', method: 'POST', headers: { cookie, origin: 'https://evil.example' } }, 403],
      404: [{ path: '/api/nothing', headers: { cookie } }, 404],
      '404 of nginx': [{ path: '/metrics' }, 404],
      '404 of the API’s host': [{ path: '/metrics', headers: { host: 'api.example.com' } }, 404],
      'a cookie on the API’s host': [{ path: '/api/session', headers: { host: 'api.example.com', cookie } }, 401],
      413: [{ path: '/api/chat', method: 'POST', headers: { 'content-length': '99999999' } }, 413],
      414: [{ path: `/${'x'.repeat(40_000)}` }, 414],
      400: [{ path: '/', headers: { 'x-large': 'y'.repeat(40_000) } }, 400],
      405: [{ path: '/', method: 'TRACE' }, 405],
    }
    for (const [kind, [line, status]] of Object.entries(personal)) {
      expect((await expectFloor(kind, line, status))['cache-control'], kind).toMatch(/^no-store/)
    }
  })

  test('pages of the named origins may call the API’s host, and no others', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    const preflight = (origin: string, host: string) => {
      const headers = { host, origin, 'access-control-request-method': 'POST' }
      return ask({ path: '/api/chat', method: 'OPTIONS', headers })
    }
    const [status, headers] = await preflight('https://tools.example.org', 'api.example.com')
    expect([status, headers['access-control-allow-origin']]).toEqual([204, 'https://tools.example.org'])
    for (const [origin, host] of [
      ['https://tools.example.org', 'chat.example.com'],
      ['https://evil.example', 'api.example.com'],
    ] as const) {
      const [refused, told] = await preflight(origin, host)
      expect([403, 405]).toContain(refused)
      expect(told['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('a key calls at both hosts, and at the API’s own a cookie does not', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    for (const host of ['chat.example.com', 'api.example.com']) {
      for (const [path, expected] of [
        ['/v1/models', 200],
        ['/v1/nothing', 404],
        ['/api/session', 200],
      ] as const) {
        const [status] = await ask({ path, headers: { host, authorization: `Bearer ${key}` } })
        expect(status, `${host}${path}`).toBe(expected)
      }
      const body = JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'Hello' }], stream: true })
      const headers = { host, authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const [status, told] = await ask({ path: '/v1/chat/completions', method: 'POST', headers, body })
      expect([status, told['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    }
    const [status] = await ask({ path: '/v1/models', headers: { host: 'api.example.com', cookie } })
    expect(status).toBe(401)
  })

  test('nginx takes bodies as large as the servers behind it do, and says how large that is', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    const send = (bytes: number) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const url = `https://127.0.0.1:${nginx?.port}/api/chat`
      return new Promise<[number, string]>((resolve, reject) => {
        httpsRequest(url, { method: 'POST', headers, rejectUnauthorized: false }, (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          answer.on('end', () => resolve([answer.statusCode ?? 0, text]))
        })
          .on('error', reject)
          .end('x'.repeat(bytes))
      })
    }
    const [refused, detail] = await send(uploadMaxBytes + 1)
    expect(refused).toBe(413)
    expect(detail).toContain(`${uploadMaxBytes} bytes at most`)
    expect((await send(uploadMaxBytes))[0]).toBe(400)
  })

  test('an address that tries to come in again and again is held up at each door, on both hosts, and nowhere else', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    /** Whether nginx itself turns it away: what the servers behind it answer carries the request's id. */
    const heldUp = async (host: string, { method, path }: Route): Promise<boolean> => {
      const line = { path: path.replaceAll(/:\w+/g, 'github'), method, headers: { host }, body: '' }
      const [status, headers] = await ask(line)
      return status === 429 && headers['x-request-id'] === undefined
    }
    for (let n = 0; n < 25; n++) await heldUp('chat.example.com', routes.redeemCode)
    for (const host of ['chat.example.com', 'api.example.com']) {
      for (const route of Object.values<Route>(routes)) {
        if (route.limit !== 'sign-in') continue
        // One try in two seconds is let through.
        const tries = [await heldUp(host, route), await heldUp(host, route), await heldUp(host, route)]
        expect(tries, `${host}: ${route.method} ${route.path}`).toContain(true)
      }
      for (const route of [routes.getSession, routes.endSession, routes.listApiKeys, routes.exportAccount]) {
        const tries = [await heldUp(host, route), await heldUp(host, route), await heldUp(host, route)]
        expect(tries, `${host}: ${route.method} ${route.path}`).not.toContain(true)
      }
    }
  })

  test('who stands behind is away: nginx says so under the same headers', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    await product.orchestrator.kill()
    await product.web?.kill()
    const api = await expectFloor('502 of the API', { path: '/api/session', headers: { cookie } }, 502)
    const page = await expectFloor('502 of the page', { path: '/' }, 502)
    for (const headers of [api, page]) expect(headers['cache-control']).toBe('no-store')
    expect(page['content-security-policy']).toMatch(/style-src 'sha256-/)
  })

  test('a second request hidden in the first’s body is not found behind it', async (context) => {
    if (nginx === null) return context.skip('There is no nginx here')
    const hidden = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'
    const socket = connect({ host: '127.0.0.1', port: nginx.port, rejectUnauthorized: false })
    const framed = `transfer-encoding: chunked\r\ncontent-length: ${hidden.length + 5}`
    socket.write(`POST /api/chat HTTP/1.1\r\nhost: chat.example.com\r\n${framed}\r\n\r\n0\r\n\r\n${hidden}`)
    let answer = ''
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk)
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 400'])
  })
})
