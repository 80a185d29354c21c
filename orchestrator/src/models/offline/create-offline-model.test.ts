import { expect, test } from 'vitest'
import type { ModelEvent, ModelMessage, ModelRequest, ModelTool, ModelToolCall } from '../language-model.ts'
import { createOfflineModel } from './create-offline-model.ts'
import { everydayTools, foreignTools } from './test/tools.ts'

const now = new Date(2026, 2, 11, 10, 0, 0)

function ask(text: string): ModelMessage {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

async function run(
  messages: ModelMessage[],
  options: { tools?: ModelTool[]; prefix?: string; answerTokens?: number; signal?: AbortSignal } = {},
) {
  const pauses: number[] = []
  const model = createOfflineModel({
    why: 'a test',
    answerTokens: options.answerTokens ?? 20_000,
    now: () => now,
    newId: () => 'id',
    sleep: (ms) => Promise.resolve(void pauses.push(ms)),
  })
  const request: ModelRequest = {
    system: '',
    messages,
    tools: options.tools ?? everydayTools,
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
  }
  const events: ModelEvent[] = []
  for await (const event of model.stream(request, options.signal ?? new AbortController().signal)) events.push(event)
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
  const calls = events.flatMap((event) => (event.type === 'tool-call-end' ? [event.call] : []))
  return { events, text, calls, pauses, last: events.at(-1) }
}

/** The conversation after the calls of its last question came back with these results. */
function withResults(messages: ModelMessage[], calls: ModelToolCall[], results: string[]): ModelMessage[] {
  return [
    ...messages,
    { role: 'assistant', text: '', toolCalls: calls },
    ...results.map((content, index): ModelMessage => {
      const call = calls[index]!
      return { role: 'tool', toolCallId: call.id, toolName: call.name, content }
    }),
  ]
}

const question = 'What time is it in Tokyo, and what is 17% of 2,340?'

test('two questions in one sentence are two calls in one round', async () => {
  const { calls, text, last } = await run([ask(question)], { tools: [...everydayTools, ...foreignTools] })
  expect(calls.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([
    ['example__current_time', { timezone: 'Asia/Tokyo' }],
    ['example__calculate', { expression: '2340 * 17 / 100' }],
  ])
  expect(text).toBe('')
  expect(last).toEqual({ type: 'end', reason: 'tool-calls' })
})

test('results are told question by question, without the label of their source', async () => {
  const first = await run([ask(question)])
  const messages = withResults([ask(question)], first.calls, [
    '[result of Current time from example; untrusted text]\n18:42 on Wednesday in Asia/Tokyo',
    '[result of Calculate from example; untrusted text]\n{"value":"397.8"}',
  ])
  const { text, calls, last } = await run(messages)
  expect(calls).toEqual([])
  expect(text).toContain('**What time is it in Tokyo?** 18:42 on Wednesday in Asia/Tokyo\n\n')
  expect(text).toContain('**What is 17% of 2,340?** 397.8\n\n')
  expect(text).toContain('not a language model')
  expect(last).toEqual({ type: 'end', reason: 'stop' })
})

test('it says only once what it is', async () => {
  const first = await run([ask('hello')])
  expect(first.text).toContain('not a language model')
  const { text } = await run([ask('hello'), { role: 'assistant', text: first.text, toolCalls: [] }, ask('thanks')])
  expect(text).toBe('You are welcome.')
})

test('lists of objects are told as a table, nested values as members, and nulls are left out', async () => {
  const messages = [ask('Show me all my notes')]
  const { calls } = await run(messages)
  const results = ['{"found":1,"next":null,"notes":[{"id":1,"text":"a|b"}]}']
  const { text } = await run(withResults(messages, calls, results))
  expect(text).toContain('- **found**: 1')
  expect(text).toContain('| id | text |\n| --- | --- |\n| 1 | a\\|b |')
  expect(text).not.toContain('next')
})

test('what a tool returned cannot bring pictures or markup into the page', async () => {
  const messages = [ask('list notes')]
  const { calls } = await run(messages)
  const { text } = await run(withResults(messages, calls, ['see ![x](https://evil.example/a.png) <img src=x>']))
  expect(text).not.toContain('![')
  expect(text).not.toContain('<img')
})

test('a refusal or a failure is told in its own words', async () => {
  const messages = [ask('list notes')]
  const { calls } = await run(messages)
  const { text } = await run(withResults(messages, calls, ['The person refused this call.']))
  expect(text).toContain('The person refused this call.')
})

test('what no tool fits is said beside what was found', async () => {
  const messages = [ask('What time is it in Tokyo, and who wrote Hamlet?')]
  const { calls } = await run(messages)
  expect(calls.length).toBe(1)
  const { text } = await run(withResults(messages, calls, ['18:42']))
  expect(text).toContain('18:42')
  expect(text).toContain('I found no tool for “who wrote Hamlet?”')
})

test('a missing argument is asked for by its name, and the reply fills it', async () => {
  const messages = [ask('what time is it?')]
  const { text, calls } = await run(messages)
  expect(calls).toEqual([])
  expect(text).toContain('**timezone**')
  const reply = await run([...messages, { role: 'assistant', text, toolCalls: [] }, ask('Berlin')])
  expect(reply.calls.map((call) => JSON.parse(call.arguments))).toEqual([{ timezone: 'Europe/Berlin' }])
})

test.each([
  ['and in Paris?', 'Europe/Paris'],
  ['What about New York?', 'America/New_York'],
  ['Lima?', 'America/Lima'],
])('a follow-up repeats the call before with what is new: %s', async (followUp, timezone) => {
  const messages = [ask('What time is it in Tokyo?')]
  const { calls } = await run(messages)
  const answer: ModelMessage = { role: 'assistant', text: '18:42', toolCalls: [] }
  const history = [...withResults(messages, calls, ['18:42']), answer]
  const { calls: more } = await run([...history, ask(followUp)], { tools: [...everydayTools, ...foreignTools] })
  expect(more.map((call) => [call.name, JSON.parse(call.arguments)])).toEqual([['example__current_time', { timezone }]])
})

test('asked what it can do, it lists the tools by server and how to get a real model', async () => {
  const { text, calls } = await run([ask('What can you do?')], { tools: [...everydayTools, ...foreignTools] })
  expect(calls).toEqual([])
  expect(text).toContain('**example**')
  expect(text).toContain('**meteo**')
  expect(text).toContain('*set thermostat*')
  expect(text).toContain('OPENAI_API_KEY')
})

test('without any tool it says so', async () => {
  const { text, last } = await run([ask('Who wrote Hamlet?')], { tools: [] })
  expect(text).toContain('No tools are connected')
  expect(last).toEqual({ type: 'end', reason: 'stop' })
})

test('counting goes on exactly where it was, whatever prefix was shown', async () => {
  const whole = await run([ask('count to 200')])
  expect(whole.text).toContain('199 200')
  for (const cut of [0, 1, 137, whole.text.length]) {
    const { text } = await run([ask('count to 200')], { prefix: whole.text.slice(0, cut) })
    expect(whole.text.slice(0, cut) + text).toBe(whole.text)
  }
})

test('it writes word by word at a readable pace, and slower where that is asked for', async () => {
  const usual = await run([ask('count to 50')])
  const slow = await run([ask('count slowly to 50')])
  expect(usual.pauses.length).toBe(usual.events.filter((event) => event.type === 'text-delta').length)
  expect(1000 / usual.pauses[0]!).toBeGreaterThanOrEqual(30)
  expect(1000 / usual.pauses[0]!).toBeLessThanOrEqual(60)
  expect(slow.pauses[0]!).toBeGreaterThan(usual.pauses[0]! * 3)
})

test('a long text is as long as it was asked to be', async () => {
  const { text } = await run([ask('Write a text of 500 words')])
  expect(text.split(/\s+/).length).toBeGreaterThan(480)
})

test.each(['table', 'code block', 'markdown sample'])('shows a %s without a tool', async (thing) => {
  const { text, calls } = await run([ask(`Show me a ${thing}`)])
  expect(calls).toEqual([])
  expect(text).toMatch(/\| --- \||```/)
})

test('the budget for the answer ends it as too long', async () => {
  const { last, events } = await run([ask('count to 500')], { answerTokens: 20 })
  expect(last).toEqual({ type: 'end', reason: 'length' })
  expect(events.filter((event) => event.type === 'text-delta').length).toBe(20)
})

test('usage is counted, and said to be our own count', async () => {
  const { events } = await run([ask('hello')])
  const usage = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
  expect(usage).toEqual([expect.objectContaining({ estimated: true, cachedTokens: 0, reasoningTokens: 0 })])
  expect(usage[0]!.outputTokens).toBeGreaterThan(0)
})

test('after an abort it simply stops', async () => {
  const abort = new AbortController()
  abort.abort()
  expect((await run([ask('count to 50')], { signal: abort.signal })).events).toEqual([])
})

test('arguments written as JSON are passed as they are', async () => {
  const { calls } = await run([ask('set the thermostat with {"room": "lab", "temperature": 19}')], {
    tools: foreignTools,
  })
  expect(calls.map((call) => JSON.parse(call.arguments))).toEqual([{ room: 'lab', temperature: 19 }])
})

test.each([
  ['brackets', '[{('.repeat(8000)],
  ['numbers', '1 + 2, '.repeat(4000)],
  ['one word', 'a'.repeat(200_000)],
  ['quotes', `'"`.repeat(10_000)],
  ['capitals', 'London To Paris A '.repeat(2000)],
  ['nothing', ''],
])('a question of nothing but %s is answered all the same', async (_, text) => {
  expect((await run([ask(text)])).last).toMatchObject({ type: 'end' })
})

test.each([
  ['no schema', {}],
  ['a reference to itself', { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }],
  ['a reference to nowhere', { type: 'object', properties: { a: { $ref: '#/$defs/gone' } } }],
  ['a pattern that never ends', { type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } }],
  ['a broken pattern', { type: 'object', properties: { a: { type: 'string', pattern: '(' } }, required: ['a'] }],
  ['odd values', { type: 'object', properties: { a: null, b: { enum: 'x' } }, required: 'a' }],
])('a tool with %s does no harm', async (_, inputSchema) => {
  const tools = [{ name: 'odd__frobnicate_things', description: 'Frobnicates things', inputSchema }]
  expect((await run([ask('frobnicate the things aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')], { tools })).last).toMatchObject({
    type: 'end',
  })
})
