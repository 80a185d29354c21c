import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { startApp } from './support/start-app.ts'

const question = { parts: [{ type: 'text', text: 'Hello' }] }

test('makes one answer and one bill of fifty equal requests at once, and gives all of them the same run', async () => {
  const { client, simulator } = await startApp()
  const key = { 'idempotency-key': randomUUID() }
  const all = await Promise.all(Array.from({ length: 50 }, () => client.send(question, key)))
  expect(new Set(all.map((started) => started.runId)).size).toBe(1)
  await client.follow(all[0]?.runId ?? '')
  expect(simulator.ledger.entries).toHaveLength(1)
  expect((await client.json<{ items: unknown[] }>('GET', '/api/conversations')).items).toHaveLength(1)
})

// The embedded database belongs to one process.
test.skipIf(inject('postgresUrl') === null)('does the same within a conversation, on two replicas', async () => {
  const one = await startApp()
  const two = await startApp({ database: one.database, simulator: one.simulator })
  const { started } = await one.client.ask('First')
  const body = { ...question, conversationId: started.conversationId }
  const key = { 'idempotency-key': randomUUID() }
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two).client.send(body, key)),
  )
  expect(new Set(all.map((again) => again.runId)).size).toBe(1)
  await one.client.follow(all[0]?.runId ?? '')
  expect(one.simulator.ledger.entries).toHaveLength(2)
})

test('says that a repeated request was answered before', async () => {
  const { client } = await startApp()
  const headers = { 'idempotency-key': randomUUID(), accept: 'application/json' }
  const first = await client.request('POST', '/api/chat', question, headers)
  const again = await client.request('POST', '/api/chat', question, headers)
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(await again.json()).toEqual(await first.json())
})

test('refuses the same key with another body', async () => {
  const { client } = await startApp()
  const key = { 'idempotency-key': randomUUID() }
  await client.send(question, key)
  const problem = await client.problem('POST', '/api/chat', { parts: [{ type: 'text', text: 'Other' }] }, key)
  expect(problem).toMatchObject({ status: 422, code: 'key_reused' })
})

test('refuses a key that is too long to be kept whole, instead of taking two for one', async () => {
  const { client } = await startApp()
  const problem = await client.problem('POST', '/api/chat', question, { 'idempotency-key': 'k'.repeat(201) })
  expect(problem).toMatchObject({ status: 400, code: 'invalid_request' })
  expect(problem.detail).toContain('Idempotency-Key')
})

test('a key whose request was refused is free for the mended one', async () => {
  const { client } = await startApp()
  const key = { 'idempotency-key': randomUUID() }
  const lost = { ...question, conversationId: randomUUID() }
  expect((await client.problem('POST', '/api/chat', lost, key)).code).toBe('not_found')
  expect((await client.send(question, key)).runId).toBeTruthy()
})

test('answers one question at a time in a conversation, and names the answer that runs', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len100' })
  const started = await client.send(question)
  const problem = await client.problem('POST', '/api/chat', { ...question, conversationId: started.conversationId })
  expect(problem).toMatchObject({ status: 409, code: 'run_active', context: { runId: started.runId } })
})

test('refuses a send from a page that has not seen the newest turn, and tells the fresh head', async () => {
  const { client } = await startApp()
  const { started } = await client.ask('One')
  const body = { ...question, conversationId: started.conversationId, version: started.version }
  await client.follow((await client.send(body)).runId)
  const problem = await client.problem('POST', '/api/chat', body)
  const { version, headMessageId } = await client.conversation(started.conversationId)
  expect(problem).toMatchObject({ status: 409, code: 'conversation_changed', context: { version, headMessageId } })
})

test('lets one of twenty tabs in that know the same version, each with a key of its own, beside new conversations', async () => {
  const { client } = await startApp()
  const { started } = await client.ask('One')
  const { conversationId, version } = started
  const headers = () => ({ accept: 'application/json', 'idempotency-key': randomUUID() })
  const send = (place: object) => client.request('POST', '/api/chat', { ...question, ...place }, headers())
  const [tabs, others] = await Promise.all([
    Promise.all(Array.from({ length: 20 }, () => send({ conversationId, version }))),
    Promise.all(Array.from({ length: 10 }, () => send({}))),
  ])
  expect(tabs.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, ...Array<number>(19).fill(409)])
  expect(others.map(({ status }) => status)).toEqual(Array(10).fill(202))
  expect(await client.conversation(conversationId)).toMatchObject({ version: version + 1 })
})

test('refuses with a key, where nothing is looked at first, what it refuses without one, and keeps nothing of it', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len100' })
  const { conversationId, version, runId } = await client.send(question)
  const other = await client.send(question)
  await client.json('POST', `/api/runs/${other.runId}/cancel`)
  await client.follow(other.runId)
  const here = { conversationId: other.conversationId, version: other.version }
  const refused: [unknown, number, string][] = [
    [{ ...question, conversationId, version }, 409, 'run_active'],
    [{ ...question, ...here, version: 0 }, 409, 'conversation_changed'],
    [{ ...question, ...here, version: 2 }, 409, 'conversation_changed'],
    [{ ...question, ...here, version: 2 ** 31 - 1 }, 409, 'conversation_changed'],
    [{ ...question, ...here, version: 2 ** 53 - 1 }, 409, 'conversation_changed'],
    [{ ...question, ...here, conversationId: randomUUID() }, 404, 'not_found'],
    [{ ...question, version: 1 }, 409, 'conversation_changed'],
    [{ ...here, parts: [{ type: 'text', text: ' ' }] }, 422, 'unprocessable'],
  ]
  for (const [body, status, code] of refused) {
    for (const headers of [{}, { 'idempotency-key': randomUUID() }])
      expect(await client.problem('POST', '/api/chat', body, headers)).toMatchObject({ status, code })
  }
  expect((await client.json<{ items: unknown[] }>('GET', '/api/conversations')).items).toHaveLength(2)
  expect(await client.conversation(other.conversationId)).toMatchObject({ version: other.version, activeRunId: null })
  expect((await client.messages(other.conversationId)).items).toHaveLength(2)
  expect((await client.run(runId)).state).toBe('running')
})

test.skipIf(inject('postgresUrl') === null)(
  'limits the answers a person starts, exactly and equally on all replicas, and never a repeated request',
  async () => {
    const env = { RATE_LIMIT_PER_MINUTE: '5', RATE_LIMIT_PER_HOUR: '100' }
    const one = await startApp({ env })
    const two = await startApp({ env, database: one.database, simulator: one.simulator })
    const key = { 'idempotency-key': randomUUID(), accept: 'application/json' }
    const first = await one.client.request('POST', '/api/chat', question, key)
    const others = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? one : two).client.request('POST', '/api/chat', question, { accept: 'application/json' }),
      ),
    )
    expect([first, ...others].filter((response) => response.status === 202)).toHaveLength(5)
    const refused = others.find((response) => response.status === 429)
    expect(await refused?.json()).toMatchObject({ code: 'rate_limited' })
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused?.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    const repeated = await two.client.request('POST', '/api/chat', question, key)
    expect(repeated.status).toBe(202)
  },
)

test('limits nobody where the limit is switched off', async () => {
  const { client } = await startApp({ env: { RATE_LIMIT_ENABLED: 'false', RATE_LIMIT_PER_MINUTE: '1' } })
  const all = await Promise.all([client.ask('Hello'), client.ask('Hello'), client.ask('Hello')])
  expect(all.every((answer) => answer.done)).toBe(true)
})
