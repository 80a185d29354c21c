import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSseParser, type SseEvent } from './sse.ts'

const stream = ': hello\n\nid: 1\ndata: {"a":1}\n\nid: 2\r\ndata: one\r\ndata: two\r\n\r\ndata:[DONE]\n\n'
const events: SseEvent[] = [
  { id: '1', data: '{"a":1}' },
  { id: '2', data: 'one\ntwo' },
  { id: null, data: '[DONE]' },
]

test('events are read, comments are not', () => {
  expect(createSseParser()(stream)).toEqual(events)
})

test('it makes no difference where the network cuts the text', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const parse = createSseParser()
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      const pieces = places.slice(1).map((end, index) => stream.slice(places[index], end))
      expect(pieces.flatMap((piece) => parse(piece))).toEqual(events)
    }),
  )
})

test('an event that does not end is not held for ever', () => {
  const parse = createSseParser()
  expect(() => {
    for (let i = 0; i < 20; i++) parse(`data: ${'x'.repeat(1024 * 1024)}`)
  }).toThrow('too long')
})
