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

test('what arrives in one packet is handed on as one delta', async () => {
  const events = await collect(modelOf('sim-len1001-burst100-itl5-seed2'), ask('hello'))
  expect(numbersIn(textOf(events))).toEqual(upTo(1000))
  expect(events.filter((event) => event.type === 'text-delta').length).toBeLessThan(100)
})

test.each(['think5', 'reason5'])('reasoning sent as %s comes before the text', async (option) => {
  const events = await collect(modelOf(`sim-${option}-len5-itl0`), ask('hello'))
  const reasoning = events.map((event) => (event.type === 'reasoning-delta' ? event.text : '')).join('')
  expect(reasoning).toBe('r0001 r0002 r0003 r0004 r0005')
  expect(numbersIn(textOf(events))).toEqual(upTo(4))
  expect(events.find((event) => event.type === 'usage')).toMatchObject({
    usage: { reasoningTokens: 5, outputTokens: 10 },
  })
})

test('parallel tool calls are put together from their fragments', async () => {
  const asked = '/call get_time {"zone":"Asia/Tokyo","note":"a\\"b\\u00e9"}\n/call get_time {}'
  const events = await collect(modelOf('sim-tools1-frag1-itl0'), ask(asked, { tools: [tool] }))
  const starts = events.filter((event) => event.type === 'tool-call-start')
  const calls = events.flatMap((event) => (event.type === 'tool-call-end' ? [event.call] : []))
  expect(calls.map((call) => call.arguments)).toEqual(['{"zone":"Asia/Tokyo","note":"a\\"b\\u00e9"}', '{}'])
  expect(starts.map((start) => start.id)).toEqual(calls.map((call) => call.id))
  expect(events.at(-1)).toEqual({ type: 'end', reason: 'tool-calls' })
})

test.each(['dupids', 'noids', 'noindex'])('tool calls with %s get ids of their own', async (fault) => {
  const events = await collect(modelOf(`sim-tools3-itl0-${fault}`), ask('hello', { tools: [tool] }))
  const calls = events.flatMap((event) => (event.type === 'tool-call-end' ? [event.call] : []))
  expect(calls.map((call) => JSON.parse(call.arguments))).toEqual(Array(3).fill({ zone: 'Asia/Tokyo' }))
  expect(new Set(calls.map((call) => call.id)).size).toBe(3)
  expect(calls.every((call) => call.id !== '')).toBe(true)
})

test('a tool result leads to the answer, and the history is one the upstream accepts', async () => {
  const model = modelOf('sim-tools1-itl0-len10')
  const first = await collect(model, ask('hello', { tools: [tool] }))
  const call = first.flatMap((event) => (event.type === 'tool-call-end' ? [event.call] : []))[0]!
  const request = ask('hello', { tools: [tool] })
  request.messages.push(
    { role: 'assistant', text: '', toolCalls: [{ ...call, arguments: '{"broken' }] },
    { role: 'tool', toolCallId: call.id, toolName: call.name, content: '12:00' },
  )
  const second = await collect(model, request)
  expect(second.at(-1)).toEqual({ type: 'end', reason: 'stop' })
  const sent = simulator.ledger.requestsTo('sim-tools1-itl0-len10').at(-1)?.request
  expect(sent?.messages.at(-2)?.tool_calls?.[0]?.function.arguments).toBe('{}')
})

test('images go out as data URLs beside the text', async () => {
  const request = ask('')
  request.messages = [
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', mediaType: 'image/png', dataUrl: 'data:image/png;base64,AA==' },
      ],
    },
  ]
  await collect(modelOf('sim-len2-itl0-seed77'), request)
  expect(simulator.ledger.requestsTo('sim-len2-itl0-seed77')[0]?.request.messages.at(-1)?.content).toEqual([
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
  ])
})

test.each([
  ['finish~length', 'length'],
  ['finish~filter', 'content-filter'],
  ['nodone', 'stop'],
  ['nofinish', 'stop'],
  ['hang', 'stop'],
  ['whole', 'stop'],
  ['crlf', 'stop'],
  ['cr', 'stop'],
  ['nospace', 'stop'],
  ['comments', 'stop'],
  ['bytes1-wide', 'stop'],
  ['bytes7-crlf-wide', 'stop'],
  ['bad~fields', 'stop'],
  ['bad~choices', 'stop'],
])('with %s the answer is whole and ends with %s', async (option, reason) => {
  const model = modelOf(`sim-len20-itl0-${option}`, {}, { limits: { afterFinishMs: 100 } })
  const events = await collect(model, ask('hello'))
  expect(numbersIn(textOf(events))).toEqual(upTo(19))
  expect(textOf(events)).not.toContain('\uFFFD')
  expect(events.at(-1)).toEqual({ type: 'end', reason })
})

test('a NUL, which no database stores, is replaced', async () => {
  expect(textOf(await collect(modelOf('sim-len20-itl0-bad~nul'), ask('hello')))).toContain('\uFFFD')
})

// A prefix is continued.

test.each(['', '-restarts', '-repeats3', '-repeats12'])(
  'what follows a prefix follows it directly%s',
  async (habit) => {
    const model = modelOf(`sim-len120-itl0-bytes90${habit}`)
    const whole = textOf(await collect(model, ask('hello')))
    for (const cut of [3, 8, 9, 13, 100, 371]) {
      const prefix = whole.slice(0, cut)
      const events = await collect(model, ask('hello', { prefix }))
      expect(prefix + textOf(events)).toBe(whole)
      expect(events.at(-1)).toEqual({ type: 'end', reason: 'stop' })
    }
    expect(simulator.ledger.requestsTo(`sim-len120-itl0-bytes90${habit}`).at(-1)?.prefix).toBe(whole.slice(0, 371))
  },
)

test('a model that tells the answer anew instead of continuing it adds nothing', async () => {
  const model = modelOf('sim-len120-itl0-rephrases')
  const prefix = textOf(await collect(modelOf('sim-len120-itl0'), ask('hello'))).slice(0, 500)
  const events = await collect(model, ask('hello', { prefix }))
  expect(textOf(events)).toBe('')
  expect(failureOf(events)).toMatchObject({ kind: 'cut' })
})

// Refusals, pauses and failures before the first token.

test('a 429 pauses for as long as the upstream asks, visibly, and is no failure for the breaker', async () => {
  const model = modelOf('sim-fail429x2-afterms60-len5-itl0')
  const startedAt = Date.now()
  const events = await collect(model, ask('hello'))
  const retries = events.filter((event) => event.type === 'retry')
  expect(retries).toHaveLength(2)
  expect(retries[0]).toMatchObject({ failure: { kind: 'rate-limited', status: 429 } })
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(100)
  expect(events.at(-1)).toEqual({ type: 'end', reason: 'stop' })
})

test('while one call is paused the others wait as well instead of asking', async () => {
  const model = modelOf('sim-fail429x1-afterms150-len5-itl0')
  const all = await Promise.all([collect(model, ask('a')), wait(50).then(() => collect(model, ask('b')))])
  expect(all.map((events) => events.at(-1)?.type)).toEqual(['end', 'end'])
  expect(simulator.ledger.requestsTo('sim-fail429x1-afterms150-len5-itl0').map((entry) => entry.status)).toEqual([
    429, 200, 200,
  ])
})

test('a 429 that asks for more patience than a minute is a clean error at once', async () => {
  const events = await collect(modelOf('sim-fail429-after61'), ask('hello'))
  expect(failureOf(events)).toMatchObject({ kind: 'rate-limited', status: 429 })
  expect(simulator.ledger.requestsTo('sim-fail429-after61')).toHaveLength(1)
})

test.each([0, 5])(
  'a 429 that never passes, and asks for %s ms each time, is asked a bounded number of times',
  async (ms) => {
    const model = modelOf(`sim-fail429-afterms${ms}`)
    expect(failureOf(await collect(model, ask('hello')))).toMatchObject({ kind: 'rate-limited' })
    const asked = simulator.ledger.requestsTo(`sim-fail429-afterms${ms}`).length
    expect(asked).toBeGreaterThan(1)
    expect(asked).toBeLessThanOrEqual(5)
    expect(model.breakerState()).toBe('closed')
  },
)

test('a used-up quota is not waited for', async () => {
  const failure = failureOf(await collect(modelOf('sim-quota'), ask('hello')))
  expect(failure).toMatchObject({ kind: 'refused', status: 429 })
  expect(failure?.message).toContain('quota')
  expect(simulator.ledger.requestsTo('sim-quota')).toHaveLength(1)
})

test.each([500, 502, 503, 529])('a %d before the first token is tried twice more', async (status) => {
  const passing = await collect(modelOf(`sim-fail${status}x2-len5-itl0`), ask('hello'))
  expect(passing.filter((event) => event.type === 'retry')).toHaveLength(2)
  expect(passing.at(-1)).toEqual({ type: 'end', reason: 'stop' })
  const staying = await collect(modelOf(`sim-fail${status}`), ask('hello'))
  expect(failureOf(staying)).toMatchObject({ kind: 'unavailable', status })
  expect(simulator.ledger.requestsTo(`sim-fail${status}`)).toHaveLength(3)
})

test.each([
  [401, 'OPENAI_API_KEY'],
  [403, 'does not allow'],
  [404, 'OPENAI_MODEL'],
  [400, 'Invalid request'],
])('a %d is told in words, without the key, and not tried again', async (status, words) => {
  const failure = failureOf(await collect(modelOf(`sim-fail${status}`, { apiKey: 'sk-simul-key' }), ask('hello')))
  expect(failure).toMatchObject({ kind: 'refused', status })
  expect(failure?.message).toContain(words)
  expect(failure?.message).not.toMatch(/sk-simul/)
  expect(simulator.ledger.requestsTo(`sim-fail${status}`)).toHaveLength(1)
})

test('a prompt that does not fit is told apart', async () => {
  expect(failureOf(await collect(modelOf('sim-toolong'), ask('hello')))).toMatchObject({ kind: 'too-long' })
})

test('a refused connection is tried twice more and then told in words', async () => {
  const gone = await startModelSimulator()
  await gone.close()
  const own = createOperatorAgent(gone.url)
  const events = await collect(modelOf('sim', { baseUrl: gone.url }, { agent: own }), ask('hello'))
  expect(events.filter((event) => event.type === 'retry')).toHaveLength(2)
  expect(failureOf(events)?.message).toContain('connection refused')
  await own.close()
})

test('a host nobody knows is told by name', async () => {
  const baseUrl = 'http://nowhere.invalid/v1'
  const own = createOperatorAgent(baseUrl)
  const failure = failureOf(await collect(modelOf('sim', { baseUrl }, { agent: own }), ask('hello')))
  expect(failure).toMatchObject({ kind: 'unavailable' })
  expect(failure?.message).toContain('nowhere.invalid')
  await own.close()
})

test('a wrong base address is told as such', async () => {
  expect(failureOf(await collect(modelOf('sim-bad~html'), ask('hello')))?.kind).toBe('malformed')
  const wrong = modelOf('sim', { baseUrl: simulator.url.replace('/v1', '/elsewhere') })
  expect(failureOf(await collect(wrong, ask('hello')))?.message).toContain('OPENAI_BASE_URL')
})

test('the breaker opens after many failures, turns calls away unasked, and closes after a good probe', async () => {
  let now = 1_000_000
  const name = 'sim-fail500x20-len3-itl0-ttft0'
  const model = modelOf(name, {}, { clock: { now: () => now } })
  while (model.breakerState() === 'closed') await collect(model, ask('hello'))
  expect(simulator.ledger.requestsTo(name)).toHaveLength(20)
  const turnedAway = await collect(model, ask('hello'))
  expect(failureOf(turnedAway)?.kind).toBe('breaker-open')
  expect(simulator.ledger.requestsTo(name)).toHaveLength(20)
  now += 11_000
  expect(model.breakerState()).toBe('half-open')
  expect((await collect(model, ask('hello'))).at(-1)?.type).toBe('end')
  expect(model.breakerState()).toBe('closed')
})

// Refused parameters.

test.each([
  ['max_tokens', 'max_tokens is sent as max_completion_tokens'],
  ['temperature', 'temperature is not sent'],
  ['stream_options', 'stream_options is not sent; usage is estimated'],
  ['tools', 'tools are not offered: the model does not support them'],
])('a refused %s is given up once, remembered and listed', async (parameter, adjustment) => {
  const name = `sim-refuse~${parameter}-len5-itl0`
  const model = modelOf(name)
  for (const text of ['one', 'two']) {
    const events = await collect(model, ask(text, { tools: [tool] }))
    expect(events.at(-1)).toEqual({ type: 'end', reason: 'stop' })
  }
  expect(model.adjustments()).toEqual([adjustment])
  expect(simulator.ledger.requestsTo(name).map((entry) => entry.status)).toEqual([400, 200, 200])
})

test('calls under way together give up a refused parameter once', async () => {
  const model = modelOf('sim-refuse~max_tokens-refuse~temperature-len5-itl0-seed3')
  const all = await Promise.all(['a', 'b', 'c'].map((text) => collect(model, ask(text))))
  expect(all.map((events) => events.at(-1)?.type)).toEqual(['end', 'end', 'end'])
  expect(model.adjustments()).toHaveLength(2)
})

test('an upstream that refuses every name of the answer bound gets none', async () => {
  const model = modelOf('sim-refuse~max_tokens-refuse~max_completion_tokens-len5-itl0')
  expect((await collect(model, ask('hello'))).at(-1)?.type).toBe('end')
  expect(model.adjustments()).toEqual([
    'max_tokens is sent as max_completion_tokens',
    'max_completion_tokens is not sent',
  ])
})

// Failures in the middle.

test.each([
  ['rst10', 'cut'],
  ['eof10', 'cut'],
  ['cutchar10', 'cut'],
  ['cutjson10', 'cut'],
  ['error10', 'unavailable'],
  ['bad~json', 'malformed'],
  ['huge2', 'malformed'],
])('after the first token %s is told as %s and nothing is asked again', async (fault, kind) => {
  const name = `sim-len20-itl2-${fault}`
  const events = await collect(modelOf(name), ask('hello'))
  const shown = numbersIn(textOf(events))
  expect(shown).toEqual(upTo(shown.length))
  expect(shown.length).toBeGreaterThan(0)
  expect(textOf(events).isWellFormed()).toBe(true)
  expect(failureOf(events)?.kind).toBe(kind)
  expect(events.filter((event) => event.type === 'usage')).toHaveLength(1)
  expect(events.find((event) => event.type === 'usage')).toMatchObject({ usage: { estimated: true } })
  expect(events.some((event) => event.type === 'end' || event.type === 'retry')).toBe(false)
  expect(simulator.ledger.requestsTo(name)).toHaveLength(1)
})

test.each(['rst0x1', 'eof0x1', 'error0x1'])('%s before the first token is asked again', async (fault) => {
  const events = await collect(modelOf(`sim-len20-itl0-${fault}`), ask('hello'))
  expect(events.filter((event) => event.type === 'retry')).toHaveLength(1)
  expect(numbersIn(textOf(events))).toEqual(upTo(19))
})

test('a tool call that was cut short is never handed on', async () => {
  const events = await collect(modelOf('sim-tools1-frag1-itl1-eof8'), ask('hello', { tools: [tool] }))
  expect(events.some((event) => event.type === 'tool-call-start')).toBe(true)
  expect(events.some((event) => event.type === 'tool-call-end')).toBe(false)
  expect(failureOf(events)?.kind).toBe('cut')
})

test.each([
  ['nohead', { headMs: 80 }],
  ['stall0', { idleMs: 80 }],
  ['stall5', { idleMs: 80 }],
])('%s is given up after the idle timeout, and the request with it', async (fault, limits) => {
  const name = `sim-len20-itl1-${fault}`
  const events = await collect(modelOf(name, {}, { limits }), ask('hello'))
  expect(failureOf(events)?.kind).toBe('stalled')
  await expect.poll(() => simulator.ledger.requestsTo(name).map((entry) => entry.aborted)).toEqual([true])
})

test('an abort ends the stream without an event and destroys the socket', async () => {
  const name = 'sim-len2000-itl2-ignorecancel'
  const abort = new AbortController()
  const events: ModelEvent[] = []
  for await (const event of modelOf(name).stream(ask('hello'), abort.signal)) {
    events.push(event)
    if (events.length === 3) abort.abort()
  }
  expect(events).toHaveLength(3)
  expect(events.every((event) => event.type === 'text-delta')).toBe(true)
  await expect.poll(() => simulator.ledger.requestsTo(name)[0]?.endedAt).not.toBeNull()
})

test('an abort while nothing has come yet, or during a pause, ends the stream', async () => {
  expect(await collect(modelOf('sim-nohead-seed1'), ask('hello'), AbortSignal.timeout(50))).toEqual([])
  const paused = await collect(modelOf('sim-fail429-after50'), ask('hello'), AbortSignal.timeout(50))
  expect(paused.map((event) => event.type)).toEqual(['retry'])
})

test('a reader who leaves early takes the connection along', async () => {
  const name = 'sim-len2000-itl2-seed9'
  for await (const event of modelOf(name).stream(ask('hello'), AbortSignal.timeout(10_000))) {
    if (event.type === 'text-delta') break
  }
  await expect.poll(() => simulator.ledger.requestsTo(name)[0]?.aborted).toBe(true)
})

// Usage.

test.each(['none', 'zero', 'negative'])('usage that is %s is estimated, flagged and never negative', async (fault) => {
  const events = await collect(modelOf(`sim-len20-itl0-usage~${fault}`), ask('hello'))
  const usage = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
  expect(usage).toHaveLength(1)
  expect(usage[0]?.estimated).toBe(true)
  expect(usage[0]?.inputTokens).toBeGreaterThan(0)
  expect(usage[0]?.outputTokens).toBeGreaterThan(0)
  expect(Math.min(usage[0]!.cachedTokens, usage[0]!.reasoningTokens)).toBe(0)
})

test('usage that is told twice counts once', async () => {
  const events = await collect(modelOf('sim-len20-itl0-usage~twice'), ask('hello'))
  const usage = events.filter((event) => event.type === 'usage')
  expect(usage).toHaveLength(1)
  expect(usage[0]).toMatchObject({ usage: { outputTokens: 20, estimated: false } })
})

test('the connection of a whole answer is used again', async () => {
  const own = createOperatorAgent(simulator.url)
  const model = modelOf('sim-len5-itl0-seed21', {}, { agent: own })
  for (const text of ['a', 'b', 'c']) {
    await collect(model, ask(text))
    await wait(20)
  }
  const connections = simulator.ledger.requestsTo('sim-len5-itl0-seed21').map((entry) => entry.connection)
  expect(connections).toHaveLength(3)
  expect(new Set(connections).size).toBe(1)
  await own.close()
})
