import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import OpenAI from 'openai'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { makeKey } from '../src/product/make-key.ts'
import { faultsOfNumbering } from '../src/product/numbered-tokens.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

const tokens = 150
const model = `sim-itl10-len${tokens}-seed7`
const simulator = await startModelSimulator()
let product: Product | null = null

afterEach(async () => {
  await product?.stop()
  product = null
})
afterAll(() => simulator.close())

test("a program's call outlives the server that answers it: killed in the middle, found again by the same key", async () => {
  product = await startProduct({ model: { url: simulator.url, name: model }, tools: 0 })
  const { cookie } = await product.signIn()
  // Through the web app's server, which passes /v1 on, as through any balancer.
  const openai = new OpenAI({
    apiKey: await makeKey(product.url, cookie),
    baseURL: `${product.url}/v1`,
    maxRetries: 8,
  })
  const asking = openai.chat.completions.create(
    { model, messages: [{ role: 'user', content: 'Count, whatever happens' }] },
    { headers: { 'Idempotency-Key': 'one' } },
  )
  const calls = () => simulator.ledger.requestsTo(model)
  await vi.waitUntil(() => (calls()[0]?.completionTokens ?? 0) > 80, { timeout: 20_000 })
  await product.orchestrator.kill()
  await product.orchestrator.start()
  const whole = await asking
  expect(faultsOfNumbering(whole.choices[0]?.message.content ?? '', tokens)).toEqual([])
  expect(whole.choices[0]?.finish_reason).toBe('stop')
  expect(calls().map((call) => call.prefix === null)).toEqual([true, false])
})
