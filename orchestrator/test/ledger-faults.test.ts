import { usageSummarySchema } from '@ai-assistant/contract'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { expect, onTestFinished, test } from 'vitest'
import type { OpenedDatabase } from '../src/storage/pooled-database.ts'
import { startApp } from './support/start-app.ts'

const calm = 'sim-ttft1-itl0-len30'
const refused = 'sim-fail503-afterms1'
const days = [Date.now() - 86_400_000, Date.now()].map((time) => new Date(time).toISOString().slice(0, 10))

interface Row {
  read: number
  written: number
  estimated: boolean
}

test('the ledger has every call of the model that produced anything, whatever became of it, to the token where the model told', async () => {
  const coming: string[] = []
  const simulator = await startModelSimulator({ behave: () => coming.shift() ?? calm })
  onTestFinished(() => simulator.close())
  const { entries } = simulator.ledger
  const opened: OpenedDatabase[] = []
  const wrap = (one: OpenedDatabase) => (opened.push(one), one)
  const app = await startApp({ simulator, model: 'the-model', wrap })
  const rowsOf = async (runId: string): Promise<Row[]> => {
    const sql = 'select input_tokens as read, output_tokens as written, estimated from usage_entry where run_id = $1'
    return (await opened[0]?.asSystem((tx) => tx.sql<Row>(sql, [runId]))) ?? []
  }
  const all: Row[] = []

  for (const told of [[calm], [refused, calm], [`${calm}-rst0`, calm], [`${calm}-usage~twice`]]) {
    coming.push(...told)
    const { started } = await app.client.ask('Count')
    const rows = await rowsOf(started.runId)
    const { promptTokens, completionTokens } = entries.at(-1) ?? { promptTokens: 0, completionTokens: 0 }
    expect([told, rows]).toEqual([told, [{ read: promptTokens, written: completionTokens, estimated: false }]])
    all.push(...rows)
  }
  const broken = ['rst5', 'eof5', 'error5', 'usage~none', 'usage~zero', 'usage~negative'].map((how) => `${calm}-${how}`)
  for (const untold of broken) {
    coming.push(refused, untold)
    const { started } = await app.client.ask('Count')
    const rows = await rowsOf(started.runId)
    const guess = { read: expect.any(Number), written: expect.any(Number), estimated: true }
    expect([untold, rows]).toEqual([untold, [guess]])
    expect([untold, rows[0]?.read ?? 0, rows[0]?.written ?? 0].map((value) => value === 0)).toEqual([
      false,
      false,
      false,
    ])
    all.push(...rows)
  }
  // Stopped by a person: the call is paid for as far as it came.
  coming.push('sim-ttft1-itl20-len200')
  const started = await app.client.send({ parts: [{ type: 'text', text: 'Count' }] })
  await app.client.follow(started.runId, 0, (stream) => JSON.stringify(stream.events).includes('t0005'))
  await app.client.json('POST', `/api/runs/${started.runId}/cancel`)
  await app.client.follow(started.runId)
  const stopped = await rowsOf(started.runId)
  expect(stopped).toMatchObject([{ estimated: true }])
  all.push(...stopped)

  const produced = entries.filter(({ completionTokens }) => completionTokens > 0)
  expect(all).toHaveLength(produced.length)
  const path = `/api/usage?from=${days[0]}&to=${days[1]}`
  const { total } = usageSummarySchema.parse(await app.client.json('GET', path))
  expect(total).toMatchObject({
    calls: all.length,
    inputTokens: all.reduce((sum, row) => sum + row.read, 0),
    outputTokens: all.reduce((sum, row) => sum + row.written, 0),
  })
})

test('an answer that another server takes over has a row for each call: what was lost is guessed and not charged', async () => {
  const simulator = await startModelSimulator()
  onTestFinished(() => simulator.close())
  const model = 'sim-ttft1-itl20-len60'
  const first = await startApp({ simulator, model })
  const started = await first.client.send({ parts: [{ type: 'text', text: 'Count' }] })
  await first.client.follow(started.runId, 0, (stream) => JSON.stringify(stream.events).includes('t0010'))
  await first.close()
  const opened: OpenedDatabase[] = []
  const wrap = (one: OpenedDatabase) => (opened.push(one), one)
  const second = await startApp({ simulator, model, database: first.database, wrap })
  await second.client.follow(started.runId)
  const sql = `select input_tokens as read, output_tokens as written, estimated, charged from usage_entry
    where run_id = $1 order by attempt, created_at`
  const rows = await opened[0]?.asSystem((tx) => tx.sql<Row & { charged: boolean }>(sql, [started.runId]))
  const [lost, whole] = simulator.ledger.entries
  expect([lost?.aborted, whole?.outcome]).toEqual([true, 'complete'])
  expect(rows).toMatchObject([
    { estimated: true, charged: false },
    { read: whole?.promptTokens, written: whole?.completionTokens, estimated: false, charged: true },
  ])
})
