import { request as httpRequest } from 'node:http'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createApiClient } from './support/api-client.ts'
import { startApp, type TestApp } from './support/start-app.ts'

const question = { parts: [{ type: 'text', text: 'Hello' }] }
const json = { accept: 'application/json' }

test('reads and writes are limited apart, per person, and the answer says how things stand', async () => {
  const { client, stranger } = await startApp({
    env: { RATE_LIMIT_READS_PER_MINUTE: '5', RATE_LIMIT_WRITES_PER_MINUTE: '2' },
  })
  const first = await client.request('GET', '/api/session')
  expect(first.headers.get('ratelimit-policy')).toBe('"read";q=5;w=60')
  expect(first.headers.get('ratelimit')).toMatch(/^"read";r=4;t=\d+$/)
  const rest = await Promise.all(Array.from({ length: 20 }, () => client.request('GET', '/api/conversations')))
  expect(rest.filter((response) => response.ok)).toHaveLength(4)
  const refused = rest.find((response) => !response.ok)
  expect(refused?.status).toBe(429)
  expect(refused?.headers.get('content-type')).toContain('application/problem+json')
  const wait = Number(refused?.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(61)
  expect(refused?.headers.get('ratelimit')).toBe(`"read";r=0;t=${wait}`)
  expect(await refused?.json()).toMatchObject({ code: 'rate_limited', context: { retryAfterSeconds: wait } })
  const write = { title: 'x' }
  const path = `/api/conversations/${crypto.randomUUID()}`
  expect((await client.request('PATCH', path, write)).status).toBe(404)
  expect((await client.request('PATCH', path, write)).status).toBe(404)
  expect((await client.request('PATCH', path, write)).status).toBe(429)
  // What watches this server is never limited, nor are strangers by what a person used up.
  expect((await client.request('GET', '/health')).status).toBe(200)
  expect((await stranger.request('GET', '/api/openapi.json')).status).toBe(200)
})

test('started answers tell how their two limits stand, and a repeated one is answered beyond them', async () => {
  const { client } = await startApp({ env: { RATE_LIMIT_PER_MINUTE: '2', RATE_LIMIT_PER_HOUR: '10' } })
  const key = { ...json, 'idempotency-key': 'one' }
  const first = await client.request('POST', '/api/chat', question, key)
  expect(first.headers.get('ratelimit-policy')).toBe('"answers-minute";q=2;w=60, "answers-hour";q=10;w=3600')
  expect(first.headers.get('ratelimit')).toMatch(/^"answers-minute";r=1;t=60, "answers-hour";r=9;t=3600$/)
  await client.request('POST', '/api/chat', question, json)
  const refused = await client.request('POST', '/api/chat', question, json)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('ratelimit')).toMatch(/^"answers-minute";r=0;t=\d+, "answers-hour";r=8;t=\d+$/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  for (let times = 0; times < 3; times++) {
    const again = await client.request('POST', '/api/chat', question, key)
    expect(again.status).toBe(202)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  }
})

test('only so many answers are written for one person at once', async () => {
  const app = await startApp({ model: 'sim-ttft1-itl50-len2000', env: { RATE_LIMIT_RUNNING_ANSWERS: '2' } })
  const { client } = app
  const started = [await client.send(question), await client.send(question)]
  const refused = await client.request('POST', '/api/chat', question, json)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBeNull()
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('at once') })
  await client.request('POST', `/api/runs/${started[0]?.runId}/cancel`)
  await client.follow(started[0]?.runId ?? '')
  expect((await client.request('POST', '/api/chat', question, json)).status).toBe(202)
})

test('only so many streams are open for one person, and a closed one makes room', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl50-len2000', env: { RATE_LIMIT_OPEN_STREAMS: '2' } })
  const { runId } = await client.send(question)
  const open = async () => client.request('GET', `/api/runs/${runId}/events`)
  const [one, two] = [await open(), await open()]
  expect([one.status, two.status, (await open()).status]).toEqual([200, 200, 429])
  await one.body?.cancel()
  await expect.poll(async () => (await open()).status).toBe(200)
  await two.body?.cancel()
})

test('an address is what a trusted proxy says, of the last hop it did not add itself, and nothing a client makes up', async () => {
  const wrongCode = async (app: TestApp, forwarded: string): Promise<number> => {
    const headers = { 'x-forwarded-for': forwarded, 'x-real-ip': forwarded, forwarded: `for=${forwarded}` }
    const response = await app.stranger.request('POST', '/api/session/code', { code: 'x'.repeat(40) }, headers)
    return response.status
  }
  // The simulator's owner is signed in by one more request.
  const behind = await startApp({ env: { RATE_LIMIT_SIGN_INS_PER_MINUTE: '3', TRUSTED_PROXIES: '127.0.0.1' } })
  const statuses: number[] = []
  for (let n = 0; n < 5; n++) statuses.push(await wrongCode(behind, `203.0.113.9, 2001:db8:1:2::${n + 1}`))
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect(await wrongCode(behind, '2001:db8:1:3::1')).toBe(401)
  // The client's own lies stand before what the proxy saw.
  expect(await wrongCode(behind, '192.0.2.1, 2001:db8:1:2::1')).toBe(429)
  const bare = await startApp({ env: { RATE_LIMIT_SIGN_INS_PER_MINUTE: '3', TRUSTED_PROXIES: '192.0.2.77' } })
  const blind: number[] = []
  for (let n = 0; n < 4; n++) blind.push(await wrongCode(bare, `198.51.100.${n}`))
  expect(blind).toEqual([401, 401, 429, 429])
})

test('nothing is limited where limits are switched off', async () => {
  const off = { RATE_LIMIT_ENABLED: 'false' }
  const one = { RATE_LIMIT_PER_MINUTE: '1', RATE_LIMIT_RUNNING_ANSWERS: '1', RATE_LIMIT_OPEN_STREAMS: '1' }
  const more = {
    RATE_LIMIT_READS_PER_MINUTE: '1',
    RATE_LIMIT_WRITES_PER_MINUTE: '1',
    RATE_LIMIT_SIGN_INS_PER_MINUTE: '1',
  }
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len100', env: { ...off, ...one, ...more } })
  const runs = await Promise.all([client.send(question), client.send(question), client.send(question)])
  const streams = await Promise.all(runs.map(({ runId }) => client.follow(runId)))
  expect(streams.every((stream) => stream.done)).toBe(true)
  expect((await client.request('GET', '/api/session')).headers.get('ratelimit')).toBeNull()
})

test.skipIf(inject('redisUrl') === null || inject('postgresUrl') === null)(
  'two replicas with Redis count as one',
  async () => {
    const env = { RATE_LIMIT_READS_PER_MINUTE: '30', REDIS_URL: inject('redisUrl') ?? '' }
    const one = await startApp({ env })
    const two = await startApp({ env, database: one.database, simulator: one.simulator })
    // One session at both, as behind a load balancer.
    const there = createApiClient(two.url, one.client.cookie)
    const redisIsThere = async (url: string): Promise<boolean> =>
      /^doorbell_connected 1$/m.test(await (await fetch(`${url}/metrics`)).text())
    await expect.poll(() => redisIsThere(one.url)).toBe(true)
    await expect.poll(() => redisIsThere(two.url)).toBe(true)
    const reads = async (client: typeof there, times: number): Promise<number> => {
      const all = await Promise.all(Array.from({ length: times }, () => client.request('GET', '/api/session')))
      return all.filter((response) => response.ok).length
    }
    expect(await reads(one.client, 20)).toBe(20)
    expect(await reads(there, 20)).toBe(10)
    expect(await reads(one.client, 20)).toBe(0)
  },
)

test('one that reads nothing is let go, and its answer goes on for the others', async () => {
  const app = await startApp({ model: 'sim-ttft1-itl0-len1000' })
  const started = await app.client.send(question)
  const stuck = Array.from({ length: 20 }, () => {
    const reader = httpRequest(`${app.url}/api/runs/${started.runId}/events`, {
      headers: { cookie: app.client.cookie ?? '' },
    })
    reader.on('response', (response) => response.pause())
    reader.on('error', () => undefined)
    reader.end()
    onTestFinished(() => void reader.destroy())
    return reader
  })
  const stream = await app.client.follow(started.runId)
  expect(stream.done).toBe(true)
  expect(stream.text.split(' ').length).toBeGreaterThan(900)
  expect(stuck.every((reader) => !reader.destroyed)).toBe(true)
})
