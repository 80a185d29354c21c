import { request as httpRequest } from 'node:http'
import { problemSchema, type Route, routes } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Database } from '../src/storage/database.ts'
import { startApp, type TestApp } from './support/start-app.ts'

interface Answer {
  status: number
  type: string
  body: string
}

/** Sends a request as it stands: `fetch` would mend paths and headers that clients can get wrong. */
function send(
  app: TestApp,
  line: { method: string; path: string; body?: string; headers?: Record<string, string> },
): Promise<Answer> {
  const { hostname, port } = new URL(app.url)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method: line.method,
        path: line.path,
        headers: { cookie: app.client.cookie ?? '', ...line.headers },
        timeout: 5000,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
        )
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${line.method} ${line.path}: no answer`)))
    outgoing.on('error', reject)
    outgoing.end(line.body)
  })
}

/** What OpenAI's clients read at their own door. */
const openAiErrorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
})

/** Nothing a client can say is our mistake, and every refusal has the one shape of its door. */
function expectSane(answer: Answer, what: { path?: string; real?: string; [said: string]: unknown }): void {
  expect(answer.status, `${JSON.stringify(what)}: ${answer.body}`).toBeLessThan(500)
  if (answer.status < 400 || answer.body === '') return
  const openAi = (what.path ?? what.real ?? '').startsWith('/v1/')
  expect(answer.type, JSON.stringify(what)).toContain(openAi ? 'application/json' : 'application/problem+json')
  const schema = openAi ? openAiErrorSchema : problemSchema
  expect(schema.safeParse(JSON.parse(answer.body)).success, answer.body).toBe(true)
}

const oddValues = [
  '',
  '0',
  '-1',
  '1e3',
  '9007199254740993',
  '1e400',
  'NaN',
  'null',
  'true',
  '%00',
  '%ED%A0%80',
  '%E0%A4%A',
]
const oddIds = [
  ...oddValues.slice(1),
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  "1'%20or%20'1'='1",
  '..%2f..%2fetc',
  'x'.repeat(250),
  'x'.repeat(4000),
  '__proto__',
]
const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const oddQueries = [
  ...oddValues.flatMap((value) => ['after', 'limit', 'cursor', 'search', 'before'].map((name) => `${name}=${value}`)),
  ...[
    [],
    ['2024-01-01', 'x'],
    ['1', '00000000-0000-0000-0000-000000000000'],
    ['2024-02-30 00:00:00+00', '00000000-0000-0000-0000-000000000000'],
    ['99999999999999999999', '00000000-0000-0000-0000-000000000000'],
    ['infinity', '00000000-0000-0000-0000-000000000000'],
    [1, 2],
    {},
    null,
  ].map((value) => `cursor=${cursor(value)}`),
  'after=1&after=2',
  'limit=1&limit=2',
  'search=%25_%5C',
  'a[b]=c',
  '__proto__=1',
  '&&&=',
  '%',
]
const oddBodies = [
  'null',
  '0',
  '"x"',
  '[]',
  '{}',
  '[null]',
  '{"__proto__":1}',
  '{"constructor":{"prototype":{}}}',
  '{"parts":null}',
  '{"parts":[null]}',
  '{"parts":[{"type":"text"}]}',
  '{"parts":[{"type":"file","mediaType":"image/png","url":"http://127.0.0.1/"}]}',
  '{"parts":[{"type":"text","text":"x"}],"parentId":"00000000-0000-0000-0000-000000000000"}',
  '{"parts":[{"type":"text","text":"x"}],"version":99999999999}',
  '{"parts":[{"type":"text","text":"x"}],"conversationId":"ffffffff-ffff-ffff-ffff-ffffffffffff"}',
  '{"trigger":"regenerate-message"}',
  '{"trigger":"continue-message","messageId":"00000000-0000-0000-0000-000000000000"}',
  '{"id":"a","messages":[],"trigger":"submit-message"}',
  '{"id":"a\\u0000b","messages":[{"id":"1","role":"user","parts":[]}],"trigger":"submit-message"}',
  '{"id":"a","messages":[{"id":"1","role":"assistant","parts":[]}],"trigger":"submit-message"}',
  '{"id":"a","messages":[{"id":"1","role":"user","parts":[{"type":"tool-x"}]}],"trigger":"submit-message"}',
  '{"id":"\\ud800","messages":[{"id":"1","role":"user","parts":[]}],"trigger":"regenerate-message","messageId":"x"}',
  '{"title":"\\u0000"}',
  '{"title":""}',
  '{"headMessageId":"00000000-0000-0000-0000-000000000000","version":0}',
  '{"approved":"yes"}',
  '{"approved":true,"reason":"\\u0000"}',
  '{"code":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
  '\u0000',
  '{"a":1e999}',
  '['.repeat(20_000),
]
const oddHeaders: Record<string, string>[] = [
  { 'last-event-id': '9007199254740993' },
  { 'last-event-id': '-1' },
  { 'last-event-id': 'x' },
  { 'idempotency-key': 'x'.repeat(5000) },
  { 'idempotency-key': '\u00ff\u0080' },
  { accept: 'nothing/at-all' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=latin1' },
  { 'content-type': 'x' },
  { cookie: '=;;session' },
  { 'x-forwarded-for': '::ffff:999.1.1.1, x' },
  { 'user-agent': '\u00ff'.repeat(1000) },
  { 'if-none-match': '*', range: 'bytes=0-1' },
]

test('answers whatever a client can say in every route with a sane status, and in the one shape of errors at each door', async () => {
  const app = await startApp()
  const { started } = await app.client.ask('Hello')
  const realId: Record<string, string> = { conversation: started.conversationId, run: started.runId }
  for (const route of Object.values<Route>(routes)) {
    if (route.path === '/api/session' && route.method === 'DELETE') continue
    const pathWith = (id: string): string => route.path.replaceAll(/:\w+/g, id)
    const real = pathWith(realId[route.owner] ?? 'x')
    const { method } = route
    const json = { 'content-type': 'application/json' }
    for (const id of route.path.includes(':') ? oddIds : []) {
      expectSane(await send(app, { method, path: pathWith(id) }), { method, path: pathWith(id) })
    }
    if (method === 'DELETE') continue
    for (const query of oddQueries) {
      expectSane(await send(app, { method, path: `${real}?${query}` }), { method, real, query })
    }
    for (const headers of oddHeaders) {
      expectSane(await send(app, { method, path: real, headers }), { method, real, headers })
    }
    if (method === 'GET') continue
    for (const body of oddBodies) {
      expectSane(await send(app, { method, path: real, body, headers: json }), { method, real, body })
    }
  }
  for (const path of ['/', '/api', '//', '/api/%', '/%00', '/api/../metrics', '*', '/API/session', '/api/session/']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'PROPFIND']) {
      expectSane(await send(app, { method, path }), { method, path })
    }
  }
  expect((await app.client.ask('Are you still there?')).done).toBe(true)
})

test('a person who has hung up meanwhile is heard all the same, and the audit log knows the address', async () => {
  let hold = false
  let reached: () => void = () => undefined
  const waiting = new Promise<void>((resolve) => (reached = resolve))
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const wait = async (): Promise<void> => {
    if (!hold) return
    hold = false
    reached()
    await released
  }
  let own: Database | undefined
  const app = await startApp({
    wrap: (database) => {
      own = database
      return {
        ...database,
        asSystem: async (work) => (await wait(), database.asSystem(work)),
        asPerson: async (personId, work) => (await wait(), database.asPerson(personId, work)),
      }
    },
  })
  const { started } = await app.client.ask('Hello')
  const leaving = new AbortController()
  hold = true
  const request = fetch(`${app.url}/api/conversations/${started.conversationId}`, {
    method: 'DELETE',
    headers: { cookie: app.client.cookie ?? '' },
    signal: leaving.signal,
  }).catch(() => null)
  await waiting
  leaving.abort()
  await request
  // Whoever answers this has seen the other connection end.
  await app.stranger.request('GET', '/health')
  release()
  const written = `select address from audit_entry where action = 'conversation.deleted'`
  await expect.poll(() => own?.asSystem((tx) => tx.sql(written))).toEqual([{ address: '127.0.0.1' }])
})
