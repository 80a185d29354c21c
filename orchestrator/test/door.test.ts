import { once } from 'node:events'
import { connect } from 'node:net'
import { problemSchema, routes } from '@ai-assistant/contract'
import { expect, onTestFinished, test } from 'vitest'
import { startApp } from './support/start-app.ts'

test('names the field at fault, and lives', async () => {
  const { client } = await startApp()
  const cases: [unknown, string][] = [
    [{ parts: 'hello' }, 'body.parts'],
    [{ parts: [{ type: 'text' }] }, 'body.parts.0.text'],
    [{ parts: [{ type: 'text', text: 7 }] }, 'body.parts.0.text'],
    [{ parts: [{ type: 'text', text: 'x' }], conversationId: 'nope' }, 'body.conversationId'],
    [{ parts: [{ type: 'text', text: 'x' }], surprise: true }, 'body'],
    [{ messages: [], id: 'x', trigger: 'submit-message' }, 'body.messages'],
    [[], 'body'],
    ['null', 'body'],
  ]
  for (const [body, field] of cases) {
    const problem = await client.problem('POST', '/api/chat', body)
    expect(problemSchema.parse(problem), JSON.stringify(body)).toMatchObject({ status: 400, code: 'invalid_request' })
    expect(
      problem.errors?.map((error) => error.field),
      JSON.stringify(body),
    ).toContain(field)
  }
  expect((await client.request('GET', '/health')).status).toBe(200)
})

test('refuses broken, huge and hostile bodies with a clear 4xx', async () => {
  const { client } = await startApp({ env: { UPLOAD_MAX_BYTES: '200000' } })
  const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`
  const cases: [string, number, Record<string, string>?][] = [
    ['{', 400],
    ['', 400],
    ['{"__proto__":{"admin":true}}', 400],
    [deep, 400],
    [`{"parts":${deep}}`, 400],
    [`"${'x'.repeat(300_000)}"`, 413],
    ['parts=1', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['{}', 415, { 'content-type': 'text/plain' }],
  ]
  for (const [body, status, headers] of cases) {
    const problem = await client.problem('POST', '/api/chat', body, headers)
    expect(problem.status, body.slice(0, 40)).toBe(status)
    expect(problem.requestId).toBeTruthy()
  }
  expect((await client.request('GET', '/health')).status).toBe(200)
})

test('lets nobody in who has not signed in', async () => {
  const { stranger } = await startApp()
  for (const [name, route] of Object.entries(routes)) {
    if (route.auth === 'public' || route.auth === 'metrics') continue
    const path = route.path.replaceAll(/:\w+/g, '01a208dd-4b45-7251-beac-2a9f43f7b0c7')
    const response = await stranger.request(route.method, path, route.method === 'GET' ? undefined : {})
    const refusal = path.startsWith('/v1/') ? { error: { code: 'invalid_api_key' } } : { code: 'unauthenticated' }
    expect(response.status, name).toBe(401)
    expect(await response.json(), name).toMatchObject(refusal)
  }
})

test('shows what is not there and what is not an id as the same 404', async () => {
  const { client } = await startApp()
  const nowhere = '01a208dd-4b45-7251-beac-2a9f43f7b0c7'
  for (const path of ['/api/conversations/', '/api/runs/', '/api/chat/x/']) {
    for (const id of [nowhere, 'nope', '%00', '..%2f..']) {
      const tail = path.includes('chat') ? 'stream' : id
      const problem = await client.problem('GET', `${path}${tail}`)
      expect(problem.status, path + tail).toBe(404)
    }
  }
  expect(await client.problem('GET', '/nothing/here')).toMatchObject({ status: 404, code: 'not_found' })
})

test('uses a sign-in code up', async () => {
  const { client, stranger } = await startApp()
  expect(client.cookie).toMatch(/^session=/)
  expect(await stranger.problem('POST', '/api/session/code', { code: 'x'.repeat(43) })).toMatchObject({
    status: 401,
    code: 'code_invalid',
  })
  expect(await client.json('GET', '/api/session')).toMatchObject({ person: { role: 'owner' } })
  await client.json('DELETE', '/api/session')
  expect(await client.problem('GET', '/api/session')).toMatchObject({ status: 401 })
})

test('refuses what another site makes a browser send', async () => {
  const { client } = await startApp()
  const body = { parts: [{ type: 'text', text: 'Hello' }] }
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    expect(await client.problem('POST', '/api/chat', body, headers)).toMatchObject({ status: 403, code: 'cross_site' })
  }
  await client.send(body, { 'sec-fetch-site': 'same-origin' })
})

test('describes itself: every route of the contract is in the OpenAPI document', async () => {
  const { stranger } = await startApp()
  const document = await stranger.json<{ paths: Record<string, Record<string, unknown>> }>('GET', '/api/openapi.json')
  for (const route of Object.values(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    expect(document.paths[path]?.[route.method.toLowerCase()], route.path).toBeDefined()
  }
})

test('tells its metrics with the route’s pattern, never an id', async () => {
  const { client } = await startApp()
  const { started } = await client.ask('Hello')
  const text = await (await client.request('GET', '/metrics')).text()
  expect(text).toContain('http_requests_total{method="POST",path="/api/chat",status="202"} 1')
  expect(text).toMatch(/openai_tokens_used_total\{model="[^"]+",kind="input"\} \d+/)
  expect(text).toContain('http_request_duration_seconds_bucket')
  expect(text).not.toContain(started.runId)
})

test('shows metrics to the token’s holder only, once there is a token', async () => {
  const { client } = await startApp({ env: { METRICS_TOKEN: 'a-metrics-token-of-some-length' } })
  expect((await client.request('GET', '/metrics')).status).toBe(404)
  const headers = { authorization: 'Bearer a-metrics-token-of-some-length' }
  expect((await client.request('GET', '/metrics', undefined, headers)).status).toBe(200)
})

test('lists conversations page by page, finds them by words, renames and deletes them', async () => {
  const { client } = await startApp()
  for (const name of ['apples', 'pears', 'plums', '100% quinces']) await client.ask(`Tell me about ${name}`)
  const first = await client.json<{ items: { id: string; title: string }[]; nextCursor: string }>(
    'GET',
    '/api/conversations?limit=3',
  )
  const second = await client.json<typeof first>('GET', `/api/conversations?limit=3&cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items].map((item) => item.title)).toEqual([
    'Tell me about 100% quinces',
    'Tell me about plums',
    'Tell me about pears',
    'Tell me about apples',
  ])
  expect(second.nextCursor).toBeNull()
  const search = async (words: string): Promise<string[]> =>
    (await client.json<typeof first>('GET', `/api/conversations?search=${encodeURIComponent(words)}`)).items.map(
      (item) => item.title,
    )
  expect(await search('PLUM')).toEqual(['Tell me about plums'])
  expect(await search('100%')).toEqual(['Tell me about 100% quinces'])
  expect(await search('\u0000')).toEqual([])
  const id = first.items[0]?.id ?? ''
  await client.json('PATCH', `/api/conversations/${id}`, { title: 'Fruit' })
  expect((await client.conversation(id)).title).toBe('Fruit')
  await client.json('DELETE', `/api/conversations/${id}`)
  expect(await client.problem('GET', `/api/conversations/${id}`)).toMatchObject({ status: 404 })
})

test('deletes a conversation whose answer runs: the answer stops, and its reader is let go', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len400' })
  const started = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
  const reading = Promise.withResolvers<void>()
  const watching = client.follow(started.runId, 0, (stream) => {
    if (stream.text.includes('t0003')) reading.resolve()
    return false
  })
  await reading.promise
  await client.json('DELETE', `/api/conversations/${started.conversationId}`)
  expect((await watching).done).toBe(true)
  expect(await client.problem('GET', `/api/runs/${started.runId}`)).toMatchObject({ status: 404 })
})

test('takes the bytes of an image, and no address that anybody would fetch', async () => {
  const { client, simulator } = await startApp()
  const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,aGVsbG8=' }
  const ours = (url: string, mediaType = 'image/png') => ({ parts: [{ ...image, url, mediaType }] })
  const transport = (url: string) => ({
    id: 'chat',
    trigger: 'submit-message',
    messages: [{ id: url, role: 'user', parts: [{ ...image, url }] }],
  })
  for (const url of [
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'data:text/html;base64,aGk=',
    '',
    '//x/y',
  ]) {
    for (const body of [ours(url), transport(url)]) {
      expect(await client.problem('POST', '/api/chat', body)).toMatchObject({ status: 400, code: 'invalid_request' })
    }
  }
  expect((await client.problem('POST', '/api/chat', ours(image.url, 'image/svg+xml'))).status).toBe(400)
  const started = await client.send(ours(image.url))
  expect((await client.follow(started.runId)).done).toBe(true)
  expect(JSON.stringify(simulator.ledger.entries)).toContain(image.url)
})

test('turns strangers away before it reads what they send', async () => {
  const { url } = await startApp()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  // Announced, and never sent.
  socket.write(
    'POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n',
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 401 /)
})

test('bounds a body by its route, a chat by its values, and what is said of a mistake', async () => {
  const { client, stranger } = await startApp()
  const large = { code: 'x'.repeat(300_000) }
  expect((await stranger.problem('POST', '/api/session/code', large)).code).toBe('body_too_large')
  const names = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`name${index}`, 1]))
  const unknown = await client.request('POST', '/api/chat', names)
  expect(unknown.status).toBe(400)
  expect((await unknown.text()).length).toBeLessThan(10_000)
  const many = { parts: Array.from({ length: 110_000 }, () => []) }
  expect((await client.problem('POST', '/api/chat', many)).detail).toContain('values')
  expect((await client.ask(`${'word '.repeat(80_000)}`)).done).toBe(true)
})
