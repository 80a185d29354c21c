import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelEvent } from '../language-model.ts'
import { createToolCallAssembler } from './assemble-tool-calls.ts'
import { createAnswerReader } from './read-answer.ts'
import { createSseScanner } from './scan-sse.ts'

function read(chunks: unknown[], usedIds: string[] = []) {
  let made = 0
  const calls = createToolCallAssembler(usedIds, () => `made_${(made += 1)}`)
  const reader = createAnswerReader(calls, null)
  const events = reader.accept(
    chunks.map((chunk) => ({ name: '', data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) })),
  )
  return { events: [...events, ...reader.end()], state: reader.state }
}

const delta = (value: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta: value, finish_reason: finish }],
})
const callsOf = (events: ModelEvent[]) =>
  events.flatMap((event) => (event.type === 'tool-call-end' ? [event.call] : []))

test('neighbouring deltas become one', () => {
  const { events } = read([
    delta({ content: 'a' }),
    delta({ content: 'b' }),
    delta({ reasoning: 'c' }),
    delta({ content: 'd' }),
  ])
  expect(events).toEqual([
    { type: 'text-delta', text: 'ab' },
    { type: 'reasoning-delta', text: 'c' },
    { type: 'text-delta', text: 'd' },
  ])
})

test('a character cut between two chunks comes out whole, a half that stays alone is replaced', () => {
  const { events } = read([
    '{"choices":[{"delta":{"content":"a\\ud83d"}}]}',
    '{"choices":[{"delta":{"content":"\\ude42b\\ud83d"}}]}',
  ])
  expect(events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')).toBe('a🙂b\uFFFD')
})

test('reads content as a list of parts, with thoughts among them', () => {
  const parts = [
    { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
    { type: 'text', text: 'yes' },
  ]
  expect(read([delta({ content: parts })]).events).toEqual([
    { type: 'reasoning-delta', text: 'hm' },
    { type: 'text-delta', text: 'yes' },
  ])
})

test('several calls all sent as index 0 with ids of their own are several calls', () => {
  const call = (id: string) =>
    delta({ tool_calls: [{ index: 0, id, function: { name: 'f', arguments: `{"id":"${id}"}` } }] })
  expect(callsOf(read([call('a'), call('b')]).events)).toEqual([
    { id: 'a', name: 'f', arguments: '{"id":"a"}' },
    { id: 'b', name: 'f', arguments: '{"id":"b"}' },
  ])
})

test('a name repeated in every fragment is not doubled, and interleaved fragments find their call', () => {
  const part = (index: number, text: string) => ({ index, function: { name: `f${index}`, arguments: text } })
  const { events } = read([
    delta({ tool_calls: [part(0, '{"a"'), part(1, '{"b"')] }),
    delta({ tool_calls: [part(1, ':2}'), part(0, ':1}')] }),
  ])
  expect(callsOf(events).map((call) => [call.name, call.arguments])).toEqual([
    ['f0', '{"a":1}'],
    ['f1', '{"b":2}'],
  ])
})

test('arguments given as an object become JSON text, absent ones an empty object', () => {
  const fragments = [
    { index: 0, id: 'x', function: { name: 'f', arguments: { a: 1 } } },
    { index: 1, id: 'y', function: { name: 'g' } },
  ]
  expect(callsOf(read([delta({ tool_calls: fragments })]).events).map((call) => call.arguments)).toEqual([
    '{"a":1}',
    '{}',
  ])
})

test('an id the conversation has used already is not used again', () => {
  const fragment = { index: 0, id: 'call_0', function: { name: 'f', arguments: '{}' } }
  const { events } = read([delta({ tool_calls: [fragment] })], ['call_0'])
  expect(events).toEqual([
    { type: 'tool-call-start', id: 'made_1', name: 'f' },
    { type: 'tool-call-end', call: { id: 'made_1', name: 'f', arguments: '{}' } },
  ])
})

test('a last call that ran out of tokens is left out', () => {
  const fragments = [
    { index: 0, id: 'x', function: { name: 'f', arguments: '{"a":1}' } },
    { index: 1, id: 'y', function: { name: 'g', arguments: '{"b' } },
  ]
  expect(callsOf(read([delta({ tool_calls: fragments }, 'length')]).events).map((call) => call.id)).toEqual(['x'])
})

test('the last usage that says something counts', () => {
  const usage = (prompt: number, completion: number) => ({
    choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion },
  })
  const { state } = read([usage(5, 1), usage(5, 9), usage(0, 0)])
  expect(state.usage).toMatchObject({ inputTokens: 5, outputTokens: 9 })
})

test.each([
  ['{"error":{"message":"overloaded","type":"server_error","code":503}}', 'overloaded'],
  ['{"error":"out of memory"}', 'out of memory'],
])('%s is a fault with its message, and nothing after it is read', (data, message) => {
  const { state, events } = read([delta({ content: 'a' }), data, delta({ content: 'b' })])
  expect(state.fault).toMatchObject({ kind: 'error', error: { message } })
  expect(events).toEqual([{ type: 'text-delta', text: 'a' }])
})

test('nothing after [DONE] is read', () => {
  const { state, events } = read([delta({ content: 'a' }), '[DONE]', delta({ content: 'b' })])
  expect(state.done).toBe(true)
  expect(events).toEqual([{ type: 'text-delta', text: 'a' }])
})

test('whatever JSON comes, reading neither throws nor gives text that cannot be stored', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', '\0', '\ud800', [], {}, 0, -1))
  const fragment = fc.record(
    { index: odd, id: odd, function: fc.oneof(odd, fc.record({ name: odd, arguments: odd })) },
    { requiredKeys: [] },
  )
  const value = fc.record(
    {
      content: odd,
      reasoning: odd,
      reasoning_content: odd,
      refusal: odd,
      tool_calls: fc.oneof(odd, fc.array(fragment)),
    },
    { requiredKeys: [] },
  )
  const chunk = fc.oneof(
    odd,
    fc.record({ choices: fc.oneof(odd, fc.array(fc.record({ delta: value, finish_reason: odd }))), usage: odd }),
  )
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 8 }), (chunks) => {
      for (const event of read(chunks).events) {
        const text = JSON.stringify(event)
        expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i)
      }
    }),
    { numRuns: 3000 },
  )
})

test('bytes cut anywhere give the same text and calls', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  const chunks = fc.array(
    fc.oneof(
      word.map((text) => delta({ content: text })),
      word.map((text) => delta({ reasoning_content: text })),
      fc
        .tuple(fc.nat(2), word)
        .map(([index, text]) =>
          delta({ tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: text } }] }),
        ),
    ),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(chunks, fc.constantFrom('\n', '\r\n', '\r'), fc.integer({ min: 1, max: 60 }), (all, end, size) => {
      const bytes = new TextEncoder().encode(all.map((chunk) => `data: ${JSON.stringify(chunk)}${end}${end}`).join(''))
      expect(readBytes(bytes, size)).toEqual(readBytes(bytes, bytes.length || 1))
    }),
    { numRuns: 1500 },
  )
})

function readBytes(bytes: Uint8Array, size: number) {
  const reader = createAnswerReader(
    createToolCallAssembler([], () => 'made'),
    null,
  )
  const scanner = createSseScanner({ lineLength: 10_000 })
  const events: ModelEvent[] = []
  for (let at = 0; at < bytes.length; at += size)
    events.push(...reader.accept(scanner.push(bytes.subarray(at, at + size))))
  events.push(...reader.end())
  const of = (type: string) =>
    events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('')
  return { text: of('text-delta'), reasoning: of('reasoning-delta'), calls: callsOf(events) }
}

test('chunks that are alike are read as if each were another', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\0',
      '\ud83d',
      '\ude42',
      '🙂',
      '","finish_reason":"stop',
      ' a longer piece of text ',
    ),
  )
  const choice = fc.oneof(
    { weight: 8, arbitrary: text.map((content) => ({ delta: { content }, finish_reason: null })) },
    text.map((content) => ({ delta: { content, reasoning: 'hm' }, finish_reason: null })),
    text.map((content) => ({ delta: { content, tool_calls: [{ id: 'c', function: { name: 'f' } }] } })),
    text.map((content) => ({ delta: { content }, finish_reason: 'stop' })),
    text.map((content) => ({ delta: { content }, index: 1 })),
    fc.constant({ delta: {} }),
  )
  const chunkOf = fc.record({
    choices: choice.map((each) => [each]),
    usage: fc.oneof(
      { weight: 8, arbitrary: fc.constant(null) },
      fc.constant({ prompt_tokens: 3, completion_tokens: 4 }),
    ),
  })
  const faulty = fc.constantFrom('{"choices":[{"delta":{"content":"a\tb"},"finish_reason":null}],"usage":null}', '{')
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: chunkOf }, faulty), { maxLength: 30 }), (chunks) => {
      // A number of its own keeps a chunk from being like any other.
      const numbered = chunks.map((each, at) => (typeof each === 'string' ? each : { at, ...each, end: at }))
      expect(read(chunks)).toEqual(read(numbered))
    }),
  )
})
