import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { startApp, type TestApp } from './support/start-app.ts'

/** Numbers of the simulator's tokens, in the order they are shown. */
function tokens(text: string): number[] {
  return [...text.matchAll(/t(\d{4})/g)].map((match) => Number(match[1]))
}

const all = (count: number): number[] => Array.from({ length: count - 1 }, (_, index) => index + 1)

async function startSlowAnswer(app: TestApp): Promise<{ runId: string; conversationId: string }> {
  const started = await app.client.send({ parts: [{ type: 'text', text: 'Hello' }] })
  await app.client.follow(started.runId, 0, (stream) => stream.text.includes('t0008'))
  return started
}

test('hands a running answer over when a server stops: another goes on in the same text', async () => {
  const one = await startApp({ model: 'sim-ttft1-itl30-len80' })
  const started = await startSlowAnswer(one)
  const watching = one.client.follow(started.runId)
  await one.close(0)
  const moved = await watching
  expect(moved.events.at(-1)).toMatchObject({ id: null, part: { type: 'data-move' } })
  expect(moved.done).toBe(false)
  const two = await startApp({
    model: 'sim-ttft1-itl1-len80',
    database: one.database,
    simulator: one.simulator,
  })
  const after = moved.events.findLast((event) => event.id !== null)?.id ?? 0
  const rest = await two.client.follow(started.runId, after)
  expect(tokens(moved.text + rest.text)).toEqual(all(80))
  const message = (await two.client.messages(started.conversationId)).items[1]
  expect(message?.state).toBe('complete')
  const whole = await two.client.follow(started.runId)
  expect(whole.text).toBe(moved.text + rest.text)
})

test.skipIf(inject('postgresUrl') === null)(
  'reads the old worker’s last words although its append was under way during the takeover',
  async () => {
    const one = await startApp({ model: 'sim-ttft1-itl30-len80' })
    if (one.database.kind !== 'postgres') throw new Error('this test needs a server')
    const started = await startSlowAnswer(one)
    // The old worker's append, as its own statement makes it, held open in a transaction of ours.
    const zombie = new pg.Client({ connectionString: one.database.url })
    await zombie.connect()
    await one.close(0)
    await zombie.query('begin')
    const { rows } = await zombie.query(`select epoch from run where id = $1 for share`, [started.runId])
    const epoch = Number((rows[0] as { epoch: number }).epoch)
    const { rows: last } = await zombie.query('select max(seq) as seq from run_event where run_id = $1', [
      started.runId,
    ])
    const seq = Number((last[0] as { seq: string }).seq) + 1
    const part = JSON.stringify({
      type: 'data-status',
      transient: true,
      data: { kind: 'thinking', text: 'last words' },
    })
    await zombie.query('insert into run_event values ($1, $2, $3, $4)', [started.runId, seq, epoch, part])
    const opening = startApp({ model: 'sim-ttft1-itl1-len80', database: one.database, simulator: one.simulator })
    const two = await opening
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await zombie.query('commit')
    await zombie.end()
    const whole = await two.client.follow(started.runId)
    expect(whole.events.map((event) => event.id)).toEqual(whole.events.map((_, index) => index + 1))
    expect(JSON.stringify(whole.events[seq - 1]?.part)).toContain('last words')
    expect(tokens(whole.text)).toEqual(all(80))
  },
)

test.skipIf(inject('postgresUrl') === null)('fences a writer whose run was taken over', async () => {
  const one = await startApp({ model: 'sim-ttft1-itl20-len120' })
  if (one.database.kind !== 'postgres') throw new Error('this test needs a server')
  const started = await startSlowAnswer(one)
  const other = new pg.Client({ connectionString: one.database.url })
  await other.connect()
  await other.query('update run set epoch = epoch + 1, worker_id = null where id = $1', [started.runId])
  const whole = await one.client.follow(started.runId)
  await other.end()
  expect(tokens(whole.text)).toEqual(all(120))
  expect(whole.events.map((event) => event.id)).toEqual(whole.events.map((_, index) => index + 1))
  expect(whole.events.filter((event) => event.part.type === 'data-takeover')).toHaveLength(1)
})
