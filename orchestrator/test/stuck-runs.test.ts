import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { startApp, type TestApp } from './support/start-app.ts'

async function database(app: TestApp): Promise<pg.Client> {
  if (app.database.kind !== 'postgres') throw new Error('this test needs a server')
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** An answer that waits for a person to allow a call. */
async function startWaiting(): Promise<{ app: TestApp; runId: string; conversationId: string; approval: string }> {
  const server = await startMcpSimulator({
    name: 'notes',
    tools: [{ name: 'effect', inputSchema: { type: 'object', properties: { key: { type: 'string' } } } }],
  })
  onTestFinished(() => server.close())
  const app = await startApp({ model: 'scripted', env: { MCP_DISCOVERY_URLS: server.url } })
  const offered = async (): Promise<boolean> =>
    JSON.stringify(await app.client.json('GET', '/api/tools')).includes('notes__effect')
  while (!(await offered())) await new Promise((resolve) => setTimeout(resolve, 20))
  app.simulator.script.enqueue({ calls: [{ name: 'notes__effect', arguments: '{"key":"k"}' }] }, { text: 'Done.' })
  const { runId, conversationId } = await app.client.send({ parts: [{ type: 'text', text: 'Do it' }] })
  await until(app, runId, 'waiting')
  const { folded } = await app.client.follow(runId, 0, (stream) => stream.events.at(-1)?.part.type === 'data-status')
  const call = folded.parts.find((part) => part.type === 'dynamic-tool')
  return { app, runId, conversationId, approval: `/api/runs/${runId}/approvals/${call?.approval?.id}` }
}

async function until(app: TestApp, runId: string, state: string): Promise<void> {
  while ((await app.client.run(runId)).state !== state) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Brought about by hand, because no client can: it takes a race, or a crash at the wrong moment. */
describe.skipIf(inject('postgresUrl') === null)('a state that must not last', () => {
  test('the words of a deleted conversation, in its answers’ events and while one is being written', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl20-len40' })
    const { started } = await app.client.ask('Hello')
    const { conversationId } = started
    const second = await app.client.send({ conversationId, parts: [{ type: 'text', text: 'And now?' }] })
    await app.client.follow(second.runId, 0, (stream) => stream.text.includes('t0003'))
    await app.client.json('DELETE', `/api/conversations/${conversationId}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { rows } = await (
      await database(app)
    ).query('select (select count(*) from run_event)::int + (select count(*) from message)::int as count')
    expect(rows).toEqual([{ count: 0 }])
  })

  test('what a deleted answer has cost and nobody has written down, wherever it was deleted', async () => {
    const one = await startApp({ model: 'sim-ttft1-itl20-len200' })
    const two = await startApp({ database: one.database, simulator: one.simulator })
    for (const replica of [one, two]) {
      const started = await one.client.send({ parts: [{ type: 'text', text: 'Hello' }] })
      await one.client.follow(started.runId, 0, (stream) => stream.text.includes('t0005'))
      await replica.client.json('DELETE', `/api/conversations/${started.conversationId}`)
      const bill = async (): Promise<unknown[]> =>
        (
          await rows.query(
            'select charged, input_tokens > 0 and output_tokens > 0 as counted from usage_entry where run_id = $1',
            [started.runId],
          )
        ).rows
      const rows = await database(one)
      await vi.waitFor(async () => expect(await bill()).toEqual([{ charged: true, counted: true }]), 5000)
    }
  })

  test('keys, sessions and codes that nobody can use any more', async () => {
    const one = await startApp()
    await one.client.send({ parts: [{ type: 'text', text: 'Hello' }] }, { 'idempotency-key': 'old' })
    await one.client.send({ parts: [{ type: 'text', text: 'Hello' }] }, { 'idempotency-key': 'young' })
    const rows = await database(one)
    await rows.query(`update idempotency_key set created_at = now() - interval '8 days' where key = 'old'`)
    await rows.query(`update session set expires_at = now() - interval '1 second'`)
    await rows.query(`update sign_in_code set expires_at = now() - interval '1 second'`)
    const two = await startApp({ database: one.database, simulator: one.simulator })
    const count = async (): Promise<unknown> =>
      (
        await rows.query(
          'select (select count(*) from session)::int as sessions, array(select key from idempotency_key) as keys',
        )
      ).rows[0]
    // The second server has signed its owner in.
    await vi.waitFor(async () => expect(await count()).toEqual({ sessions: 1, keys: ['young'] }), 5000)
    expect((await two.client.request('GET', '/api/session')).status).toBe(200)
    expect((await one.client.request('GET', '/api/session')).status).toBe(401)
  })

  test('a stop that came while the answer was being parked is heard all the same', async () => {
    const { app, runId } = await startWaiting()
    // The request found the run still running, and its owner parked it before it heard.
    await (await database(app)).query('update run set cancel_requested_at = now() where id = $1', [runId])
    await until(app, runId, 'cancelled')
    const whole = await app.client.follow(runId)
    expect(whole.events.at(-1)?.part).toMatchObject({ type: 'finish', messageMetadata: { state: 'cancelled' } })
  })

  test('an answer that cannot be read back ends as failed, and its conversation goes on', async () => {
    const { app, runId, conversationId, approval } = await startWaiting()
    await (await database(app)).query(`update run_event set payload = 'broken' where run_id = $1 and seq = 2`, [runId])
    await app.client.json('POST', approval, { approved: true })
    await until(app, runId, 'failed')
    const rest = await app.client.follow(runId, 3)
    expect(rest.events.at(-1)?.part).toMatchObject({ type: 'finish', messageMetadata: { state: 'failed' } })
    expect(rest.done).toBe(true)
    const { items } = await app.client.messages(conversationId)
    expect(items[1]).toMatchObject({
      state: 'failed',
      runId: null,
      error: expect.stringContaining('could not') as string,
    })
    expect((await app.client.ask('And now?', conversationId)).text).toContain('Done.')
  })

  test('a question of an answer that has ended cannot be answered any more', async () => {
    const { app, runId, approval } = await startWaiting()
    await (await database(app)).query(`update run set state = 'failed', ended_at = now() where id = $1`, [runId])
    expect(await app.client.problem('POST', approval, { approved: true })).toMatchObject({ code: 'approval_settled' })
  })

  test('a repeated request whose answer is no longer in the journal does not wait for it', async () => {
    const app = await startApp()
    const key = { 'idempotency-key': 'once' }
    const body = { parts: [{ type: 'text', text: 'Hello' }] }
    const { runId } = await app.client.send(body, key)
    await app.client.follow(runId)
    await (await database(app)).query('delete from run_event where run_id = $1', [runId])
    const again = await app.client.request('POST', '/api/chat', body, key)
    expect(await again.text()).toContain('[DONE]')
  })
})

test('a reader that is ahead of its answer still hears the end', async () => {
  const { client } = await startApp({ model: 'sim-ttft1-itl20-len60' })
  const { runId } = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
  const ahead = await client.follow(runId, 1_000_000)
  expect(ahead.done).toBe(true)
  expect(ahead.events.at(-1)?.part.type).toBe('finish')
})

test('a model that calls a tool by an absurd name is answered, and so is the person', async () => {
  const app = await startApp({ model: 'scripted' })
  // Cut at 200 letters, this one ends within a character.
  app.simulator.script.enqueue({ calls: [{ name: `${'x'.repeat(199)}🙂`, arguments: '{}' }] }, { text: 'Sorry.' })
  const answer = await app.client.ask('Hello')
  expect(answer.text).toContain('Sorry.')
  expect(answer.events.at(-1)?.part).toMatchObject({ messageMetadata: { state: 'complete' } })
})
