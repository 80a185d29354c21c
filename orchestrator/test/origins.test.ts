import { randomUUID } from 'node:crypto'
import { type Route, routes } from '@ai-assistant/contract'
import { describe, expect, test } from 'vitest'
import { rawExchange, rawRequest } from './support/raw-request.ts'
import { startApp, type TestApp } from './support/start-app.ts'

const publicUrl = 'https://chat.example.com'
const friend = 'https://tools.example.org'
const env = { PUBLIC_URL: publicUrl, ALLOWED_ORIGINS: `${friend},http://localhost:3000` }

const wanted: Record<string, RegExp> = {
  'cache-control': /^no-store\b/,
  'content-security-policy': /^default-src 'none';(?!.*unsafe)/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'referrer-policy': /^no-referrer$/,
  'strict-transport-security': /^max-age=\d{8,}/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
}

async function onTls(): Promise<{ app: TestApp; cookie: string }> {
  const app = await startApp({ env })
  return { app, cookie: app.client.cookie ?? '' }
}

function pathOf(route: Route): string {
  return route.path.replace(':name', 'any__tool').replaceAll(/:\w+/g, randomUUID())
}

describe('every kind of answer', () => {
  test('carries each header of the floor, the session included', async () => {
    const { app, cookie } = await onTls()
    expect(cookie).toMatch(/^__Host-session=/)
    const { started } = await app.client.ask('Hello')
    const json = { 'content-type': 'application/json' }
    const asked = {
      data: { path: '/api/session', headers: { cookie } },
      'public data': { path: '/health' },
      document: { path: '/api/openapi.json' },
      stream: { path: `/api/runs/${started.runId}/events`, headers: { cookie } },
      'stream that is over': { path: `/api/runs/${started.runId}/events?after=100000`, headers: { cookie } },
      'nothing to stream': { path: `/api/chat/${started.conversationId}/stream`, headers: { cookie } },
      HEAD: { method: 'HEAD', path: '/api/session', headers: { cookie } },
      deletion: { method: 'DELETE', path: `/api/conversations/${started.conversationId}`, headers: { cookie } },
      '401': { path: '/api/session' },
      '403': { method: 'POST', path: '/api/chat', headers: { cookie, origin: 'https://evil.example' } },
      '404': { path: '/nowhere' },
      '404 of an object': { path: `/api/conversations/${randomUUID()}`, headers: { cookie } },
      '400 of the path': { path: '/api/conversations/%zz', headers: { cookie } },
      '400 of the body': { method: 'POST', path: '/api/chat', headers: { cookie, ...json }, body: '{' },
      '405': { method: 'TRACE', path: '/api/chat' },
      '413': { method: 'POST', path: '/api/session/code', headers: json, body: 'x'.repeat(300_000) },
      '415': { method: 'POST', path: '/api/session/code', headers: { 'content-type': 'text/plain' }, body: 'x' },
      preflight: {
        method: 'OPTIONS',
        path: '/api/chat',
        headers: { host: 'api.example.com', origin: friend, 'access-control-request-method': 'POST' },
      },
    }
    for (const [kind, request] of Object.entries(asked)) {
      const { headers, status } = await rawRequest(app.url, request)
      for (const [name, value] of Object.entries(wanted)) {
        expect(String(headers[name]), `${kind} (${status}): ${name}`).toMatch(value)
      }
      expect(headers['x-powered-by'] ?? headers['server'], kind).toBeUndefined()
    }
  })

  test('does so where what was sent is no HTTP', async () => {
    const { app } = await onTls()
    const malformed = {
      400: 'GET / HTTP/1.1\r\nbad header\r\n\r\n',
      431: `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    }
    for (const [status, bytes] of Object.entries(malformed)) {
      const answer = await rawExchange(app.url, bytes)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      for (const [name, value] of Object.entries(wanted)) {
        const line = new RegExp(`^${name}: (.*)\r$`, 'm').exec(answer)?.[1]
        expect(line, `${status}: ${name}`).toMatch(value)
      }
    }
  })

  test('names no transport security where there is none', async () => {
    const app = await startApp({ env: { PUBLIC_URL: 'http://localhost:5000' } })
    const { headers } = await rawRequest(app.url, { path: '/api/session' })
    expect(headers['strict-transport-security']).toBeUndefined()
  })
})

/** What browsers send along, and what old ones and hostile pages may make them send. */
const foreign: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' },
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'https://chat.example.com.evil.example' },
  { origin: 'https://evilchat.example.com' },
  { origin: 'http://chat.example.com' },
  { origin: 'https://chat.example.com:8443' },
  { origin: friend },
  { origin: friend, 'sec-fetch-site': 'cross-site' },
]

describe('a page of another site', () => {
  test('cannot call a route that changes anything with a person’s cookie, by any method, in any guise', async () => {
    const { app, cookie } = await onTls()
    let tried = 0
    for (const [name, route] of Object.entries<Route>(routes)) {
      if (route.method === 'GET') continue
      for (const guise of foreign) {
        for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
          const headers = { cookie, host: 'chat.example.com', 'content-type': type, ...guise }
          const answer = await rawRequest(app.url, { method: route.method, path: pathOf(route), headers, body: '{}' })
          expect([answer.status, answer.body], `${name} ${JSON.stringify(guise)}`).toEqual([
            403,
            expect.stringContaining('"cross_site"'),
          ])
          tried += 1
        }
      }
    }
    expect(tried).toBeGreaterThan(200)
  })

  test('can read nothing on the app’s own host, named or not', async () => {
    const { app, cookie } = await onTls()
    for (const origin of [friend, 'https://evil.example', 'null', publicUrl]) {
      const preflight = { 'access-control-request-method': 'POST', 'sec-fetch-site': 'cross-site' }
      const headers = { cookie, host: 'chat.example.com', origin, ...preflight }
      for (const line of [{ path: '/api/session' }, { method: 'OPTIONS', path: '/api/chat' }]) {
        const answer = await rawRequest(app.url, { ...line, headers })
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    }
  })
})

const lookAlikes = [
  'https://evil.example',
  'null',
  'file://',
  '',
  '*',
  'https://tools.example.org.evil.example',
  'https://tools.example.orgs',
  'https://eviltools.example.org',
  'https://evil.example/https://tools.example.org',
  'https://tools.example.org:444',
  'http://tools.example.org',
  'https://tools.example.org/',
  'https://TOOLS.example.org',
  'https://tools.example.org, https://evil.example',
  'https://sub.tools.example.org',
  'https://tools.example.org@evil.example',
  'https://tools%2eexample.org',
  'http://localhost:30000',
]

describe('the API’s host', () => {
  const askOf =
    (app: TestApp) =>
    (origin: string, more: Record<string, string> = {}, method = 'GET') =>
      rawRequest(app.url, { method, path: '/api/session', headers: { host: 'api.example.com', origin, ...more } })

  test('is open to pages of the named origins, without credentials', async () => {
    const ask = askOf((await onTls()).app)
    for (const origin of [friend, publicUrl, 'http://localhost:3000']) {
      const preflight = await ask(origin, { 'access-control-request-method': 'DELETE' }, 'OPTIONS')
      expect(preflight.status).toBe(204)
      expect(preflight.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('DELETE'),
        'access-control-allow-headers': expect.stringContaining('authorization'),
        vary: 'Origin',
      })
      expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
      const { headers } = await ask(origin, { 'sec-fetch-site': 'cross-site' })
      expect(headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
      expect(headers['access-control-expose-headers']).toContain('x-request-id')
      // It is let in as far as its bearer token goes.
      expect((await ask(origin, { 'sec-fetch-site': 'cross-site' }, 'DELETE')).status).toBe(401)
    }
  })

  test('is closed to pages of every other, however alike', async () => {
    const ask = askOf((await onTls()).app)
    for (const origin of lookAlikes) {
      const preflight = await ask(origin, { 'access-control-request-method': 'POST' }, 'OPTIONS')
      const read = await ask(origin)
      const written = await ask(origin, {}, 'DELETE')
      expect([preflight.status, written.status], origin).toEqual([403, 403])
      for (const { headers } of [preflight, read, written]) {
        expect(headers['access-control-allow-origin'], origin).toBeUndefined()
        expect(headers['vary']).toBe('Origin')
      }
    }
  })

  test('knows no cookie', async () => {
    const { app, cookie } = await onTls()
    const headers = { host: 'api.example.com', cookie }
    expect((await rawRequest(app.url, { path: '/api/session', headers })).status).toBe(401)
    expect((await rawRequest(app.url, { path: '/api/session', headers: { cookie } })).status).toBe(200)
  })
})
