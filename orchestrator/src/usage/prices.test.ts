import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createPrices, openPrices } from './prices.ts'

const usage = { inputTokens: 1000, outputTokens: 200, cachedTokens: 400, reasoningTokens: 150, estimated: false }

test('prices fresh and cached input and output apart, reasoning being output', () => {
  const prices = createPrices([{ version: 'v', currency: 'USD', models: { m: { input: 2, cached: 0.5, output: 8 } } }])
  expect(prices.of('m', usage)).toEqual({
    inputCostNanos: 600 * 2000 + 400 * 500,
    costNanos: 600 * 2000 + 400 * 500 + 200 * 8000,
    priceVersion: 'v',
  })
})

test('knows a model by its dated releases and behind a router, and no other that begins alike', () => {
  const prices = createPrices([{ version: 'v', currency: 'USD', models: { 'gpt-4o': { input: 1, output: 1 } } }])
  for (const name of ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-20240806', 'openai/gpt-4o']) {
    expect(prices.of(name, usage), name).not.toBeNull()
  }
  for (const name of ['gpt-4o-mini', 'my-gpt-4o', 'constructor', '__proto__', 'offline']) {
    expect(prices.of(name, usage), name).toBeNull()
  }
})

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-prices-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'prices.json')
  await writeFile(file, text)
  return file
}

test("takes the operator's prices before the built-in ones, which count only in the same currency", async () => {
  const own = { version: 'ours-1', currency: 'USD', models: { 'gpt-4o': { input: 1, output: 1 } } }
  const dollars = await openPrices(await fileOf(JSON.stringify(own)))
  expect(dollars.of('gpt-4o', usage)?.priceVersion).toBe('ours-1')
  expect(dollars.of('gpt-4o-mini', usage)?.priceVersion).toBe('openai-list-2025-08')
  const euros = await openPrices(await fileOf(JSON.stringify({ ...own, currency: 'EUR' })))
  expect(euros.currency).toBe('EUR')
  expect(euros.of('gpt-4o-mini', usage)).toBeNull()
})

test('names the file and the field that is wrong', async () => {
  const file = await fileOf('{"version":"x","currency":"dollars","models":{"m":{"input":-1,"output":2}}}')
  await expect(openPrices(file)).rejects.toThrow(/MODEL_PRICES_FILE: .*prices\.json.*currency.*input/s)
  await expect(openPrices(`${file}.gone`)).rejects.toThrow('ENOENT')
})
