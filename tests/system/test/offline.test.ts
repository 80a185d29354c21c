import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiClient } from '../src/product/api-client.ts'
import { readAnswer } from '../src/product/read-answer.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'
import { testDatabase } from '../src/test-database.ts'

let product: Product
let client: ApiClient

beforeAll(async () => {
  // As on its first day: it makes its own tables.
  product = await startProduct({ tools: 2, web: false, database: await testDatabase() })
  client = await product.signIn()
})

afterAll(() => product?.stop())

test('without a key or a model server the offline model answers, and says that it is one', async () => {
  expect(await client.model()).toMatchObject({ provider: 'offline', origin: null })
})

test('both example servers are connected, and their tools are told apart', async () => {
  await expect
    .poll(async () => (await client.tools()).servers.map((server) => server.state), { timeout: 20_000 })
    .toEqual(['connected', 'connected'])
  const { servers } = await client.tools()
  const names = servers.flatMap((server) => server.tools.map((tool) => tool.name))
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThanOrEqual(20)
})

test('the first question is answered with tools', async () => {
  const run = await client.send({ text: 'What time is it in Tokyo, and what is 17% of 2,340?' })
  const answer = await readAnswer(client, run.runId)
  expect(answer.finish.state).toBe('complete')
  const calls = answer.parts.filter((part) => part.type === 'dynamic-tool')
  expect(calls.map((call) => call.state)).toEqual(['output-available', 'output-available'])
  expect(answer.text).toContain('397.8')
  expect(answer.text).toMatch(/Tokyo/)
  expect(answer.text).toMatch(/\d{1,2}:\d{2}/)
})
