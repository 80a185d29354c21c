import { setTimeout as wait } from 'node:timers/promises'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import type { ModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperatorAgent } from '../outbound/operator-agent.ts'
import type { OperatorAgent } from '../outbound/operator-agent.ts'
import { createChatCompletionsModel } from './chat-completions.ts'
import type { ChatCompletionsDependencies, ChatCompletionsSettings } from './chat-completions/prepared-model.ts'
import type { ModelEvent, ModelRequest } from './language-model.ts'
import type { UpstreamModel } from './model-view.ts'

let simulator: ModelSimulator
let agent: OperatorAgent

beforeAll(async () => {
  simulator = await startModelSimulator()
  agent = createOperatorAgent(simulator.url)
})

afterAll(async () => {
  await simulator.close()
  await agent.close()
})

const silent = { info: () => undefined, warn: () => undefined }

function modelOf(
  id: string,
  settings: Partial<ChatCompletionsSettings> = {},
  dependencies: Partial<ChatCompletionsDependencies> = {},
): UpstreamModel {
  const given = {
    id,
    provider: 'compatible' as const,
    baseUrl: simulator.url,
    apiKey: 'sk-secret-key-1',
    why: 'a test',
  }
  return createChatCompletionsModel(
    { ...given, answerTokens: 4000, temperature: 0.5, ...settings },
    { agent, clock: { now: () => Date.now() }, log: silent, random: () => 0, ...dependencies },
  )
}

function ask(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { system: 'Be brief.', messages: [{ role: 'user', parts: [{ type: 'text', text }] }], tools: [], ...more }
}

async function collect(
  model: UpstreamModel,
  request: ModelRequest,
  signal = AbortSignal.timeout(15_000),
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of model.stream(request, signal)) events.push(event)
  return events
}

function textOf(events: ModelEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

function failureOf(events: ModelEvent[]) {
  const last = events.at(-1)
  return last?.type === 'error' ? last.failure : null
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/t(\d{4})/g)].map((found) => Number(found[1]))
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

const tool = {
  name: 'get_time',
  description: 'Tells the time.',
  inputSchema: {
    type: 'object',
    properties: { zone: { type: 'string', examples: ['Asia/Tokyo'] } },
    required: ['zone'],
  },
}

test('streams an answer and ends it with its usage and reason', async () => {
  const events = await collect(modelOf('sim-len30-itl0-ttft0'), ask('hello'))
  expect(numbersIn(textOf(events))).toEqual(upTo(29))
  const [usage, end] = events.slice(-2)
  expect(end).toEqual({ type: 'end', reason: 'stop' })
  expect(usage).toMatchObject({ type: 'usage', usage: { outputTokens: 30, estimated: false } })
  const entry = simulator.ledger.requestsTo('sim-len30-itl0-ttft0')[0]
  expect(entry).toMatchObject({ authorized: true, outcome: 'complete' })
  expect(entry?.request).toMatchObject({ stream: true, temperature: 0.5, max_tokens: 4000 })
})
