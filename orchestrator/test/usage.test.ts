import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerCostSchema, type AuditPage, usageSummarySchema } from '@ai-assistant/contract'
import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { expect, inject, onTestFinished, test } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { startApp, type TestApp } from './support/start-app.ts'

const today = new Date().toISOString().slice(0, 10)
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
/** Around midnight a call may be of the day before. */
const period = `from=${yesterday}&to=${today}`

/** An app whose model has a price, and a tool whose output is long. */
async function startPriced(): Promise<TestApp> {
  const prices = join(tmpdir(), `prices-${process.pid}.json`)
  const models = { scripted: { input: 2, cached: 1, output: 10 } }
  await writeFile(prices, JSON.stringify({ version: 'test-1', currency: 'EUR', models }))
  const inputSchema = { type: 'object', properties: { key: { type: 'string' } } }
  const server = await startMcpSimulator({
    name: 'notes',
    tools: [{ name: 'echo', inputSchema, annotations: { readOnlyHint: true, openWorldHint: false } }],
  })
  onTestFinished(() => server.close())
  const env = { MCP_DISCOVERY_URLS: server.url, MODEL_PRICES_FILE: prices }
  const app = await startApp({ model: 'scripted', env })
  const offered = async (): Promise<string> => JSON.stringify(await app.client.json('GET', '/api/tools'))
  while (!(await offered()).includes('notes__echo')) await new Promise((resolve) => setTimeout(resolve, 20))
  return app
}

async function askWithTool(app: TestApp): Promise<{ conversationId: string; messageId: string }> {
  const key = 'long '.repeat(200)
  app.simulator.script.enqueue(
    { calls: [{ name: 'notes__echo', arguments: JSON.stringify({ key }) }] },
    { text: 'That was long.' },
  )
  const { started } = await app.client.ask('Echo something long')
  return started
}

test('tells what an answer cost call by call, and agrees with what the model counted, to the token', async () => {
  const app = await startPriced()
  const { conversationId, messageId } = await askWithTool(app)
  const path = `/api/conversations/${conversationId}/messages/${messageId}/cost`
  const { cost, currency, priceVersion, lines } = answerCostSchema.parse(await app.client.json('GET', path))
  const counted = app.simulator.ledger.entries
  const calls = lines.filter(({ kind }) => kind === 'model')
  expect(calls.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual(
    counted.map(({ promptTokens, completionTokens }) => [promptTokens, completionTokens]),
  )
  expect(calls).toHaveLength(2)
  const cached = calls.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0)
  const read = counted.reduce((sum, { promptTokens }) => sum + promptTokens, 0)
  const written = counted.reduce((sum, { completionTokens }) => sum + completionTokens, 0)
  expect(cost).toBeCloseTo(((read - cached) * 2 + cached + written * 10) / 1e6, 9)
  expect({ currency, priceVersion }).toEqual({ currency: 'EUR', priceVersion: 'test-1' })
  const tool = lines.find(({ kind }) => kind === 'tool')
  expect(tool).toMatchObject({ name: 'notes__echo', cost: null })
  expect(tool?.share).toBeGreaterThan(0)
  expect(tool?.share).toBeLessThan(1)
  expect(tool?.contextBytes).toBeGreaterThan(500)

  const summary = usageSummarySchema.parse(await app.client.json('GET', `/api/usage?${period}`))
  expect(summary.total).toMatchObject({ calls: 2, inputTokens: read, outputTokens: written, unpriced: 0 })
  for (const groups of [summary.days, summary.models, summary.people]) {
    expect(groups.reduce((sum, group) => sum + group.cost, 0)).toBeCloseTo(cost ?? 0, 9)
  }
  expect(summary.tools).toMatchObject([{ name: 'notes__echo', calls: 1 }])
  expect(summary.tools[0]?.cost).toBeCloseTo((tool?.share ?? 0) * (cost ?? 0), 9)
})

test('keeps what was spent when its conversation is deleted', async () => {
  const app = await startPriced()
  const { conversationId } = await askWithTool(app)
  await app.client.request('DELETE', `/api/conversations/${conversationId}`)
  const csv = await (await app.client.request('GET', `/api/usage.csv?${period}`)).text()
  expect(csv.split('\r\n')[0]).toMatch(/^day,person_id,person,kind,name,calls,/)
  expect(csv).toMatch(/,model,scripted,2,\d+,.*,EUR,0,test-1\r\n/)
  expect(csv).toMatch(/,tool,notes__echo,1,/)
  const log = await app.client.json<AuditPage>('GET', '/api/audit?action=usage')
  expect(log.items).toMatchObject([{ action: 'usage.exported', actor: { kind: 'person' } }])
})

test('names what is wrong with a period', async () => {
  const { client } = await startApp()
  const fields = async (query: string): Promise<unknown> =>
    (await client.problem('GET', `/api/usage?${query}`)).errors?.map(({ field }) => field)
  expect(await fields('from=2026-02-30&to=2026-03-01')).toEqual(['query.from'])
  expect(await fields('from=2026-03-02&to=2026-03-01')).toEqual(['query.to'])
  expect(await fields('from=2020-01-01&to=2026-03-01')).toEqual(['query.to'])
})

test.skipIf(inject('postgresUrl') === null)('shows nobody what others spent', async () => {
  const app = await startPriced()
  const { conversationId, messageId } = await askWithTool(app)
  const { client } = await anotherPerson(app)
  const path = `/api/conversations/${conversationId}/messages/${messageId}/cost`
  expect(await client.problem('GET', path)).toMatchObject({ status: 404 })
  expect(await client.problem('GET', `/api/usage?${period}`)).toMatchObject({ status: 403 })
  expect(await client.problem('GET', `/api/usage.csv?${period}`)).toMatchObject({ status: 403 })
})
