import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import type { ModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelTestSchema, modelViewSchema } from '@ai-assistant/contract'
import { createOperatorAgent } from '../outbound/operator-agent.ts'
import { createChatCompletionsModel } from './chat-completions.ts'
import { modelView } from './model-view.ts'
import { testModel } from './test-model.ts'

let simulator: ModelSimulator

beforeAll(async () => {
  simulator = await startModelSimulator()
})

afterAll(() => simulator.close())

function modelOf(id: string) {
  return createChatCompletionsModel(
    {
      id,
      provider: 'compatible',
      baseUrl: simulator.url,
      apiKey: 'sk-1',
      why: 'set',
      answerTokens: 100,
      temperature: 1,
    },
    {
      agent: createOperatorAgent(simulator.url),
      clock: { now: () => Date.now() },
      log: { info: () => undefined, warn: () => undefined },
    },
  )
}

const now = () => performance.now()

test('a model that answers passes its test, timed', async () => {
  const result = modelTestSchema.parse(await testModel(modelOf('sim-ttft40-itl0-len5'), now, AbortSignal.timeout(5000)))
  expect(result).toMatchObject({ ok: true, problem: null })
  expect(result.text).toMatch(/^[0-9a-f]{8} t0001/)
  expect(result.firstTokenMs).toBeGreaterThanOrEqual(30)
  expect(result.totalMs).toBeGreaterThanOrEqual(result.firstTokenMs ?? Infinity)
})

test('a model that refuses, is silent or says nothing fails its test with a sentence', async () => {
  const refused = await testModel(modelOf('sim-fail401'), now, AbortSignal.timeout(5000))
  expect(refused).toMatchObject({ ok: false, text: '', firstTokenMs: null })
  expect(refused.problem).toContain('API key')
  expect(await testModel(modelOf('sim-nohead'), now, AbortSignal.timeout(50))).toMatchObject({
    ok: false,
    problem: 'The model did not answer in time.',
  })
  expect((await testModel(modelOf('sim-len0-itl0'), now, AbortSignal.timeout(5000))).problem).toContain(
    'without saying',
  )
})

test('the view says what was given up and how the breaker stands, and carries no key', async () => {
  const model = modelOf('sim-refuse~temperature-len3-itl0')
  await testModel(model, now, AbortSignal.timeout(5000))
  const view = modelViewSchema.parse(modelView(model))
  expect(view).toMatchObject({ adjustments: ['temperature is not sent'], breaker: 'closed', windowTokens: 131_072 })
  expect(JSON.stringify(view)).not.toContain('sk-1')
})
