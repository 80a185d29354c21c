import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { OpenedDatabase } from '../src/storage/pooled-database.ts'
import { CommitUnknown, DatabaseUnavailable } from '../src/storage/errors.ts'
import { startApp, type TestApp } from './support/start-app.ts'

/** A way to the database that can be told to fail, at the one moment a cut cable would hardly hit. */
function faultyWay() {
  const faults = { commitsUnheard: 0, away: false }
  const refuseWhileAway = (): void => {
    if (faults.away) throw new DatabaseUnavailable('away')
  }
  const wrap = (database: OpenedDatabase): OpenedDatabase => ({
    ...database,
    asSystem: async (work) => {
      refuseWhileAway()
      return database.asSystem(work)
    },
    asPerson: async (id, work) => {
      refuseWhileAway()
      const result = await database.asPerson(id, work)
      if (faults.commitsUnheard === 0) return result
      faults.commitsUnheard -= 1
      throw new CommitUnknown('the answer was lost')
    },
  })
  return { faults, wrap }
}

const question = { parts: [{ type: 'text', text: 'Hello' }] }

async function until(app: TestApp, runId: string, state: string): Promise<void> {
  while ((await app.client.run(runId)).state !== state) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('a question whose commit nobody heard of is accepted and answered, once', async () => {
  const { faults, wrap } = faultyWay()
  const { client, simulator } = await startApp({ wrap })
  faults.commitsUnheard = 1
  const started = await client.send(question, { 'idempotency-key': 'once' })
  expect((await client.follow(started.runId)).events.at(-1)?.part).toMatchObject({
    messageMetadata: { state: 'complete' },
  })
  expect(simulator.ledger.entries).toHaveLength(1)
  expect((await client.json<{ items: unknown[] }>('GET', '/api/conversations')).items).toHaveLength(1)
})

test('one without a key is not accepted blindly a second time, and still does not stay unanswered', async () => {
  const { faults, wrap } = faultyWay()
  const app = await startApp({ wrap })
  faults.commitsUnheard = 1
  expect(await app.client.problem('POST', '/api/chat', question)).toMatchObject({ code: 'unavailable' })
  const { items } = await app.client.json<{ items: { id: string }[] }>('GET', '/api/conversations')
  expect(items).toHaveLength(1)
  const state = async () => (await app.client.messages(items[0]?.id ?? '')).items[1]?.state
  while ((await state()) !== 'complete') await new Promise((resolve) => setTimeout(resolve, 20))
  expect(app.simulator.ledger.entries).toHaveLength(1)
})

test('an allowed call whose commit nobody heard of is made, once', async () => {
  const { faults, wrap } = faultyWay()
  const inputSchema = { type: 'object', properties: { key: { type: 'string' } } }
  const server = await startMcpSimulator({ name: 'notes', tools: [{ name: 'effect', inputSchema }] })
  onTestFinished(() => server.close())
  const app = await startApp({ wrap, model: 'scripted', env: { MCP_DISCOVERY_URLS: server.url } })
  const offered = async (): Promise<string> => JSON.stringify(await app.client.json('GET', '/api/tools'))
  while (!(await offered()).includes('notes__effect')) await new Promise((resolve) => setTimeout(resolve, 20))
  app.simulator.script.enqueue({ calls: [{ name: 'notes__effect', arguments: '{"key":"k"}' }] }, { text: 'Done.' })
  const { runId } = await app.client.send(question)
  await until(app, runId, 'waiting')
  const { folded } = await app.client.follow(runId, 0, (stream) => stream.events.at(-1)?.part.type === 'data-status')
  const call = folded.parts.find((part) => part.type === 'dynamic-tool')
  faults.commitsUnheard = 1
  const path = `/api/runs/${runId}/approvals/${call?.approval?.id}`
  expect(await app.client.problem('POST', path, { approved: true })).toMatchObject({ code: 'unavailable' })
  await until(app, runId, 'complete')
  expect(server.ledger.count('effect', 'k')).toBe(1)
})

test('a server stops although its database is away and an answer waits for it', async () => {
  const { faults, wrap } = faultyWay()
  const app = await startApp({ wrap, model: 'sim-ttft1-itl5-len20' })
  const { runId } = await app.client.send(question)
  await app.client.follow(runId, 0, (stream) => stream.text.includes('t0002'))
  faults.away = true
  await app.close(100)
  const next = await startApp({ database: app.database, simulator: app.simulator })
  expect((await next.client.follow(runId)).events.at(-1)?.part).toMatchObject({
    messageMetadata: { state: 'complete' },
  })
})

describe.skipIf(inject('postgresUrl') === null)('on two replicas', () => {
  test('deleting a conversation stops its answer at another replica, also one that says nothing', async () => {
    const one = await startApp({ model: 'sim-ttft60000-itl1-len5' })
    const two = await startApp({ database: one.database, simulator: one.simulator })
    const { conversationId } = await one.client.send(question)
    const active = async (): Promise<boolean> =>
      /runs_active 1/.test(await (await one.client.request('GET', '/metrics')).text())
    while (!(await active())) await new Promise((resolve) => setTimeout(resolve, 20))
    await two.client.request('DELETE', `/api/conversations/${conversationId}`)
    while (await active()) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await active()).toBe(false)
  })
  test('each writes its own answers to their end when the database comes back after all leases have run out', async () => {
    const { faults, wrap } = faultyWay()
    const one = await startApp({ wrap, model: 'sim-ttft1-itl100-len120' })
    const two = await startApp({
      wrap,
      model: 'sim-ttft1-itl100-len120',
      database: one.database,
      simulator: one.simulator,
    })
    const started = await Promise.all([one, one, two, two].map(({ client }) => client.send(question)))
    await Promise.all(
      started.map(({ runId }) => one.client.follow(runId, 0, (stream) => stream.text.includes('t0002'))),
    )
    faults.away = true
    await new Promise((resolve) => setTimeout(resolve, 8000))
    faults.away = false
    const answers = await Promise.all(started.map(({ runId }) => two.client.follow(runId)))
    expect(answers.map(({ text }) => text.includes('t0119') && !text.includes('t0120'))).toEqual(
      answers.map(() => true),
    )
    expect(one.simulator.ledger.entries).toHaveLength(4)
  })
})
