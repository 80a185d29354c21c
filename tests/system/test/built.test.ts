import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildServer } from '../../../orchestrator/build.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { readAnswer } from '../src/product/read-answer.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'
import { testDatabase } from '../src/test-database.ts'

const tokens = 200
const simulator = await startModelSimulator()
let product: Product | null = null

beforeAll(() => buildServer())
afterEach(async () => {
  await product?.stop()
  product = null
})
afterAll(() => simulator.close())

test('the server as images run it makes its tables, and goes on with an answer after it was killed', async () => {
  const model = { url: simulator.url, name: `sim-itl10-len${tokens}-seed7` }
  product = await startProduct({ built: true, database: await testDatabase(), model, web: false })
  const client = await product.signIn()
  const run = await client.send({ text: 'Count in one file' })
  const { promise: seen, resolve } = Promise.withResolvers<void>()
  const reader = readAnswer(client, run.runId, {
    onEvent: ({ part }) => void (part.type === 'text-delta' && part.delta.includes('t0080') && resolve()),
  })
  await seen
  await product.orchestrator.kill()
  await product.orchestrator.start()
  const answer = await reader
  expect(faultsOfNumbering(answer.text, tokens)).toEqual([])
  expect(answer.finish.state).toBe('complete')
})

test('it brings the embedded database and the offline model, and answers with a tool', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ai-assistant-built-'))
  try {
    product = await startProduct({ built: true, database: { kind: 'embedded', directory }, web: false })
    const client = await product.signIn()
    await expect
      .poll(async () => (await client.tools()).servers.map((server) => server.state), { timeout: 20_000 })
      .toEqual(['connected'])
    const run = await client.send({ text: 'What is 17% of 2,340?' })
    const answer = await readAnswer(client, run.runId)
    expect(answer.text).toContain('397.8')
  } finally {
    await product?.stop()
    product = null
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
})
