import type { ConversationPage, MessagePage } from '@ai-assistant/contract'
import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import OpenAI, { APIError } from 'openai'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { bearer, exchange, makeKey } from './support/credentials.ts'
import { startApp, type TestApp } from './support/start-app.ts'

const LEN20 = 'sim-ttft1-itl0-len20'

function clientOf(app: TestApp, apiKey: string, options: { maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${app.url}/v1`, maxRetries: 0, ...options })
}

async function start(model?: string, env?: Record<string, string>) {
  const app = await startApp({ ...(model === undefined ? {} : { model }), ...(env === undefined ? {} : { env }) })
  const { secret } = await makeKey(app.client)
  return { app, secret, openai: clientOf(app, secret) }
}

async function errorOf(request: Promise<unknown>): Promise<APIError> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof APIError)) throw new Error('It was not refused', { cause: error })
  return error
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

const hello = [{ role: 'user' as const, content: 'Hello' }]

test('an answer in one piece, and the same streamed', async () => {
  const { openai } = await start()
  const whole = await openai.chat.completions.create({ model: LEN20, messages: hello })
  expect(whole).toMatchObject({
    object: 'chat.completion',
    model: LEN20,
    choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', refusal: null } }],
  })
  expect(whole.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/)
  expect(Math.abs(whole.created * 1000 - Date.now())).toBeLessThan(600_000)
  const { usage } = whole
  expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
  expect(usage?.completion_tokens).toBeGreaterThan(0)
  const stream = await openai.chat.completions.create({ model: 'default', messages: hello, stream: true })
  const chunks = await collect(stream)
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null })
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(whole.choices[0]?.message.content)
  expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1)
  expect(chunks.every((chunk) => chunk.object === 'chat.completion.chunk' && !('usage' in chunk))).toBe(true)
})

test('the usage of a streamed answer comes last, where it is asked for', async () => {
  const { app, secret, openai } = await start()
  const body = { model: LEN20, messages: hello, stream: true as const, stream_options: { include_usage: true } }
  const chunks = await collect(await openai.chat.completions.create(body))
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } })
  expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  const raw = await app.stranger.request('POST', '/v1/chat/completions', body, bearer(secret))
  expect(raw.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect((await raw.text()).endsWith('data: [DONE]\n\n')).toBe(true)
})

test("the SDK's own helpers read the stream to its end", async () => {
  const { openai } = await start()
  const runner = openai.chat.completions.stream({ model: LEN20, messages: hello })
  const completion = await runner.finalChatCompletion()
  expect(completion.choices[0]).toMatchObject({ finish_reason: 'stop' })
  expect(await runner.finalContent()).not.toBe('')
})

test('models are listed as OpenAI lists them, and an access token is as good as a key', async () => {
  const { app, secret } = await start()
  const { accessToken } = await exchange(app.client, secret)
  const openai = clientOf(app, accessToken)
  const page = await openai.models.list()
  expect(page.data).toEqual([{ id: LEN20, object: 'model', created: expect.any(Number), owned_by: 'compatible' }])
  expect(await openai.models.retrieve(LEN20)).toEqual(page.data[0])
  expect((await errorOf(openai.models.retrieve('some/other'))).code).toBe('model_not_found')
  const whole = await openai.chat.completions.create({ model: LEN20, messages: hello })
  expect(whole.choices[0]?.finish_reason).toBe('stop')
})

test('a chat is told to the model as it was sent: system prompt, turns, tool results, images, settings', async () => {
  const { app, openai } = await start('scripted')
  app.simulator.script.enqueue({ text: 'Sunny.' })
  const image = 'data:image/png;base64,iVBORw0KGgo='
  await openai.chat.completions.create({
    model: 'scripted',
    temperature: 0.1,
    top_p: 0.5,
    max_completion_tokens: 77,
    stop: ['END'],
    seed: 7,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'assistant', content: 'Ask me.' },
      { role: 'user', content: 'How is it in Rome?' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '31 °C' },
      { role: 'assistant', content: 'Warm.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'And here?' },
          { type: 'image_url', image_url: { url: image } },
        ],
      },
    ],
  })
  const sent = app.simulator.ledger.entries.at(-1)?.request
  expect(sent).toMatchObject({ temperature: 0.1, top_p: 0.5, stop: ['END'], seed: 7 })
  expect(sent?.max_tokens ?? sent?.max_completion_tokens).toBe(77)
  expect(sent?.tools).toBeUndefined()
  expect(sent?.messages).toEqual([
    { role: 'system', content: 'Be brief.\n\nBe kind.' },
    { role: 'assistant', content: 'Ask me.' },
    { role: 'user', content: 'How is it in Rome?' },
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '31 °C' },
    { role: 'assistant', content: 'Warm.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'And here?' },
        { type: 'image_url', image_url: { url: image } },
      ],
    },
  ])
})

const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

test('a chat of more turns than are read at once is told whole, in its order', async () => {
  const { app, openai } = await start()
  const roles = ['user', 'assistant'] as const
  const messages = Array.from({ length: 301 }, (_, at) => ({ role: roles[at % 2] ?? 'user', content: `Turn ${at}.` }))
  for (const headers of [{}, { 'idempotency-key': 'a-long-chat' }]) {
    await openai.chat.completions.create({ model: LEN20, messages }, { headers })
    const told = app.simulator.ledger.entries.at(-1)?.request.messages ?? []
    expect(told.map(({ role, content }) => ({ role, content }))).toEqual(messages)
  }
})

test("a program's own tools are called by the program: whole, streamed, and with their results sent back", async () => {
  const { app, openai } = await start('scripted')
  const calls = [
    { name: 'weather', arguments: '{"city":"Rome"}' },
    { name: 'weather', arguments: '{"city":' },
  ]
  app.simulator.script.enqueue({ text: 'I look.', calls }, { calls }, { text: 'Warm.' })
  const body = { model: 'scripted', messages: hello, tools: [weather], tool_choice: 'required' as const }
  const whole = await openai.chat.completions.create(body)
  expect(whole.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: {
      content: 'I look.',
      tool_calls: [
        { id: expect.stringMatching(/^call_/), type: 'function', function: calls[0] },
        // What the model wrote wrongly reaches the program as it is.
        { type: 'function', function: calls[1] },
      ],
    },
  })
  expect(app.simulator.ledger.entries.at(-1)?.request).toMatchObject({ tool_choice: 'required', tools: [weather] })
  const streamed = await openai.chat.completions.stream({ ...body, stream: true }).finalChatCompletion()
  expect(streamed.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: '' } })
  expect(streamed.choices[0]?.message.tool_calls).toHaveLength(2)
  const [first] = whole.choices
  const answered = await openai.chat.completions.create({
    ...body,
    tool_choice: 'auto',
    messages: [
      ...hello,
      ...(first === undefined ? [] : [first.message]),
      ...(first?.message.tool_calls ?? []).map((call) => ({
        role: 'tool' as const,
        tool_call_id: call.id,
        content: '31 °C',
      })),
    ],
  })
  expect(answered.choices[0]?.message.content).toBe('Warm.')
})

test("the server's tools are run for a program, but for those that ask a person", async () => {
  const server = await startMcpSimulator({ name: 'notes', tools: ['look', 'effect'] })
  onTestFinished(() => server.close())
  const { app, openai } = await start('scripted', { MCP_DISCOVERY_URLS: server.url })
  await vi.waitUntil(async () => JSON.stringify(await app.client.json('GET', '/api/tools')).includes('notes__effect'))
  app.simulator.script.enqueue(
    { text: 'I look.', calls: [{ name: 'notes__look', arguments: '{"key":"a"}' }] },
    { calls: [{ name: 'notes__effect', arguments: '{"key":"b"}' }] },
    { text: 'Done.' },
  )
  const before = app.simulator.ledger.entries.length
  const whole = await openai.chat.completions.create({ model: 'scripted', messages: hello })
  expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'I look.\n\nDone.' } })
  expect(whole.choices[0]?.message.tool_calls).toBeUndefined()
  const requests = app.simulator.ledger.entries.slice(before).map(({ request }) => JSON.stringify(request))
  expect(requests).toHaveLength(3)
  expect(requests[0]).toContain('notes__look')
  expect(requests[0]).not.toContain('notes__effect')
  expect(requests[2]).toContain('consent of a person')
  app.simulator.script.enqueue({ text: 'Alone.' })
  await openai.chat.completions.create({ model: 'scripted', messages: hello, tool_choice: 'none' })
  expect(JSON.stringify(app.simulator.ledger.entries.at(-1)?.request)).not.toContain('notes__look')
})

test('what is wrong is told in the shape of OpenAI, with the field that is at fault', async () => {
  const { app, secret, openai } = await start()
  const create = (change: object): Promise<APIError> =>
    errorOf(openai.chat.completions.create({ model: LEN20, messages: hello, ...change }))
  expect(await create({ model: 'gpt-none' })).toMatchObject({ status: 404, code: 'model_not_found' })
  const cases: [object, string | null][] = [
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ functions: [] }, 'functions'],
    [{ temperature: 3 }, 'temperature'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'system', content: 'x' }] }, 'messages'],
    [{ messages: [...hello, { role: 'tool', tool_call_id: 'x', content: 'y' }] }, 'messages[1].tool_call_id'],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://169.254.169.254/x.png' } }] },
        ],
      },
      'messages[0].content[0].image_url.url',
    ],
    [{ tool_choice: { type: 'function', function: { name: 'none' } } }, 'tool_choice.function.name'],
  ]
  for (const [change, param] of cases) {
    const error = await create(change)
    expect(error, JSON.stringify(change)).toMatchObject({ status: 400, type: 'invalid_request_error', param })
  }
  expect((await create({ colour: 'red' })).message).toContain('Unknown parameter: colour')
  for (const ignored of [
    { user: 'u' },
    { metadata: { a: 'b' } },
    { store: true },
    { n: 1 },
    { service_tier: 'auto' },
  ]) {
    const answer = await app.stranger.request(
      'POST',
      '/v1/chat/completions',
      { ...ignored, model: LEN20, messages: hello },
      bearer(secret),
    )
    expect(answer.status).toBe(200)
  }
  const stranger = await errorOf(clientOf(app, 'sk-nobody').chat.completions.create({ model: LEN20, messages: hello }))
  expect(stranger).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error', param: null })
  const { secret: reads } = await makeKey(app.client, ['read'])
  const narrow = await errorOf(clientOf(app, reads).chat.completions.create({ model: LEN20, messages: hello }))
  expect(narrow).toMatchObject({ status: 403, code: 'insufficient_permissions' })
  const nowhere = await app.stranger.request('POST', '/v1/embeddings', {}, bearer(secret))
  expect([nowhere.status, await nowhere.json()]).toEqual([404, { error: expect.objectContaining({ param: null }) }])
  const broken = await app.stranger.request('POST', '/v1/chat/completions', '{"model":', bearer(secret))
  expect([broken.status, await broken.json()]).toEqual([400, { error: expect.objectContaining({ code: null }) }])
})

test('limits count programs and people alike, and say when to come back', async () => {
  const { app, secret, openai } = await start(undefined, { RATE_LIMIT_PER_MINUTE: '2' })
  await app.client.ask('Hello')
  await openai.chat.completions.create({ model: LEN20, messages: hello })
  const error = await errorOf(openai.chat.completions.create({ model: LEN20, messages: hello }))
  expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'rate_limit_error' })
  expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0)
  expect(secret).not.toBe('')
})

test('a model that fails is an error with its reason, which the client does not try again', async () => {
  const { app, secret } = await start('scripted')
  const openai = clientOf(app, secret, { maxRetries: 3 })
  app.simulator.script.enqueue({ behaviour: 'fail400' })
  const before = app.simulator.ledger.entries.length
  const error = await errorOf(openai.chat.completions.create({ model: 'scripted', messages: hello, stream: true }))
  expect(error).toMatchObject({ status: 502, type: 'server_error' })
  expect(error.message).not.toBe('')
  expect(app.simulator.ledger.entries.length).toBe(before + 1)
})

test("programs' chats are kept apart from those people lead, and are theirs alone", async () => {
  const { app, secret, openai } = await start()
  const list = (query: string): Promise<ConversationPage> => app.client.json('GET', `/api/conversations${query}`)
  const { response } = await openai.chat.completions.create({ model: LEN20, messages: hello }).withResponse()
  const id = response.headers.get('x-conversation-id') ?? ''
  expect((await list('')).items).toEqual([])
  expect((await list('?search=Hello')).items).toEqual([])
  expect((await list('?origin=api')).items).toMatchObject([{ id, title: 'Hello' }])
  const messages = await app.client.json<MessagePage>('GET', `/api/conversations/${id}/messages`)
  expect(messages.items.map(({ role, state }) => [role, state])).toEqual([
    ['user', 'complete'],
    ['assistant', 'complete'],
  ])
  expect(secret).not.toBe('')
})

test('the same key is the same answer, and bills once; another body under it is refused', async () => {
  const { app, openai } = await start()
  const headers = { 'Idempotency-Key': 'one' }
  const ask = (content: string, stream = false) =>
    openai.chat.completions.create({ model: LEN20, messages: [{ role: 'user', content }], stream }, { headers })
  const before = app.simulator.ledger.entries.length
  const [first, second] = await Promise.all([ask('Hello'), ask('Hello')])
  expect(second).toEqual(first)
  expect(await ask('Hello')).toEqual(first)
  expect(app.simulator.ledger.entries.length).toBe(before + 1)
  expect(await errorOf(ask('Other'))).toMatchObject({ status: 422, code: 'idempotency_error' })
})

test('hanging up stops an answer nobody can ask for again, and does not stop one with a key', async () => {
  const { app, openai } = await start('sim-ttft1-itl10-len200')
  const begin = async (headers: Record<string, string>): Promise<string> => {
    const request = openai.chat.completions.create({ model: 'default', messages: hello, stream: true }, { headers })
    const { data: stream, response } = await request.withResponse()
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break
    }
    stream.controller.abort()
    return response.headers.get('x-run-id') ?? ''
  }
  const stopped = await begin({})
  await vi.waitUntil(async () => (await app.client.run(stopped)).state !== 'running', { timeout: 10_000 })
  expect((await app.client.run(stopped)).state).toBe('cancelled')
  const kept = await begin({ 'Idempotency-Key': 'kept' })
  const again = await openai.chat.completions.create(
    { model: 'default', messages: hello, stream: true },
    { headers: { 'Idempotency-Key': 'kept' } },
  )
  const text = (await collect(again)).map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
  expect(text.length).toBeGreaterThan(200)
  expect((await app.client.run(kept)).state).toBe('complete')
})

describe.skipIf(inject('postgresUrl') === null)('in a database that two may open', () => {
  test('an answer goes on at another server when its own dies: the client comes again with the same key', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl10-len100' })
    const other = await startApp({ model: 'sim-ttft1-itl10-len100', database: app.database, simulator: app.simulator })
    const { secret } = await makeKey(app.client)
    const body = { model: 'default', messages: hello }
    const headers = { 'Idempotency-Key': 'k' }
    const first = errorOf(clientOf(app, secret).chat.completions.create(body, { headers }))
    await vi.waitUntil(async () => {
      const { items } = await app.client.json<ConversationPage>('GET', '/api/conversations?origin=api')
      return items[0]?.activeRunId
    })
    await app.close()
    expect((await first).status).toBe(503)
    const whole = await clientOf(other, secret).chat.completions.create(body, { headers })
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop' })
    const streamed = await clientOf(other, secret).chat.completions.create({ ...body }, { headers })
    expect(streamed.id).toBe(whole.id)
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content)
  })

  test('a stream ends when its key is revoked or its person suspended, and what nobody can ask for again is stopped', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl20-len2000' })
    const { id, client, database } = await anotherPerson(app)
    const begin = async (secret: string) => {
      const openai = clientOf(app, secret)
      const asking = openai.chat.completions.create({ model: 'default', messages: hello, stream: true })
      const { data, response } = await asking.withResponse()
      const ended = collect(data).then(
        () => 'whole',
        () => 'cut',
      )
      return { ended, run: response.headers.get('x-run-id') ?? '' }
    }
    const first = await makeKey(client)
    const revoked = await begin(first.secret)
    const suspended = await begin((await makeKey(client)).secret)
    await client.json('DELETE', `/api/keys/${first.key.id}`)
    expect(await revoked.ended).toBe('cut')
    await vi.waitUntil(async () => (await client.run(revoked.run)).state === 'cancelled', { timeout: 10_000 })
    expect((await client.run(suspended.run)).state).toBe('running')
    await database.asSystem((tx) => tx.sql(`update app_user set status = 'suspended' where id = $1`, [id]))
    expect(await suspended.ended).toBe('cut')
  })

  test('nobody sees what the programs of others ask', async () => {
    const { app, openai } = await start()
    const { client } = await anotherPerson(app)
    const { response } = await openai.chat.completions.create({ model: LEN20, messages: hello }).withResponse()
    for (const path of [
      `/api/conversations/${response.headers.get('x-conversation-id')}`,
      `/api/runs/${response.headers.get('x-run-id')}`,
    ]) {
      expect((await client.request('GET', path)).status).toBe(404)
    }
    expect(await client.json('GET', '/api/conversations?origin=api')).toEqual({ items: [], nextCursor: null })
  })
})
