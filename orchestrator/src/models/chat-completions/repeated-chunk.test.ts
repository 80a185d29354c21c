import { expect, test } from 'vitest'
import { parseObject } from './read-json.ts'
import { createRepeatedChunk } from './repeated-chunk.ts'

/** Reads the one field, and counts how often it was asked to. */
function wholeReader() {
  const asked: string[] = []
  const textOf = (data: string): string | null => {
    asked.push(data)
    const text = parseObject(data)?.['content']
    return typeof text === 'string' ? text : null
  }
  return { asked, textOf }
}

const chunk = (text: string, id = 'one') => `{"id":"${id}","content":${JSON.stringify(text)},"usage":null}`

test('what differs in its text alone is read without the rest', () => {
  const { asked, textOf } = wholeReader()
  const repeated = createRepeatedChunk(textOf)
  expect(repeated.read(chunk('a'))).toBeNull()
  repeated.learn(chunk('a'))
  for (const text of [
    '',
    'b',
    'a "quoted" word',
    'back\\slash',
    'two\nlines',
    'longer than what is copied',
    '🙂',
    '\0',
  ]) {
    expect(repeated.read(chunk(text))).toBe(text)
  }
  expect(asked).toHaveLength(1)
})

test('escapes of any kind are read, whatever the one that was learnt had', () => {
  const repeated = createRepeatedChunk(wholeReader().textOf)
  repeated.learn(String.raw`{"content": "\u00e9 \"x\" \\"}`)
  expect(repeated.read(String.raw`{"content": "\u00fc\/"}`)).toBe('ü/')
  expect(repeated.read(String.raw`{"content": "\ud83d"}`)).toBe('\ud83d')
})

test.each([
  ['another id', chunk('b', 'two')],
  ['more fields', '{"id":"one","content":"b","more":1,"usage":null}'],
  ['a second text', '{"id":"one","content":"b","content":"c","usage":null}'],
  ['fields where the text should be', '{"id":"one","content":"b","finish":"c","usage":null}'],
  ['a character that JSON does not allow', `{"id":"one","content":"a\tb","usage":null}`],
  ['an escape that there is not', String.raw`{"id":"one","content":"a\q","usage":null}`],
  ['a text that is not closed', String.raw`{"id":"one","content":"a\","usage":null}`],
  ['no text', '{"id":"one","content":null,"usage":null}'],
  ['half of it', '{"id":"one","content":"'],
])('%s is not read', (_, data) => {
  const repeated = createRepeatedChunk(wholeReader().textOf)
  repeated.learn(chunk('a'))
  expect(repeated.read(data)).toBeNull()
})

test('what says more than its text is not learnt', () => {
  const repeated = createRepeatedChunk((data) => (parseObject(data)?.['finish'] === undefined ? 'x' : null))
  repeated.learn('{"content":"a","finish":"stop"}')
  expect(repeated.read('{"content":"b","finish":"stop"}')).toBeNull()
})

test('a chunk of megabytes is not learnt', () => {
  const { asked, textOf } = wholeReader()
  createRepeatedChunk(textOf).learn(chunk('a'.repeat(20_000_000)))
  expect(asked).toHaveLength(0)
})

test('a text in another place than the one that counts is not learnt', () => {
  const { textOf } = wholeReader()
  const repeated = createRepeatedChunk(textOf)
  repeated.learn('{"more":{"content":"a"},"content":"b"}')
  expect(repeated.read('{"more":{"content":"c"},"content":"b"}')).toBeNull()
})

test('a server whose chunks are never alike is given up, one whose chunks change now and then is not', () => {
  const never = wholeReader()
  const given = createRepeatedChunk(never.textOf)
  for (let at = 0; at < 20; at++) given.learn(chunk('a', `${at}`))
  expect(never.asked).toHaveLength(3)

  const seldom = wholeReader()
  const kept = createRepeatedChunk(seldom.textOf)
  for (let at = 0; at < 20; at++) {
    kept.learn(chunk('a', `${at}`))
    for (let word = 0; word < 10; word++) expect(kept.read(chunk(`${word}`, `${at}`))).toBe(`${word}`)
  }
  expect(seldom.asked).toHaveLength(20)
})
