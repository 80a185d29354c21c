import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSseScanner, SseLimitError } from './scan-sse.ts'
import type { SseEvent } from './scan-sse.ts'

const limits = { lineLength: 1000 }

function scan(pieces: Uint8Array[]): SseEvent[] {
  const scanner = createSseScanner(limits)
  return [...pieces.flatMap((piece) => scanner.push(piece)), ...scanner.end()]
}

/** Cuts bytes at the given shares of their length. */
function cut(bytes: Uint8Array, shares: number[]): Uint8Array[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * bytes.length)))].toSorted((a, b) => a - b)
  return [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place))
}

const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const value = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ''))
const line = fc.oneof(
  value.map((text) => `data: ${text}`),
  value.map((text) => `data:${text}`),
  value.map((text) => `: ${text}`),
  value.map((text) => `event: ${text}`),
  value,
  fc.constant(''),
)
const stream = fc
  .array(fc.tuple(line, lineEnd), { maxLength: 30 })
  .map((lines) => new TextEncoder().encode(lines.map(([text, end]) => text + end).join('')))

test('the same bytes give the same events however they are cut', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (bytes, shares) => {
      expect(scan(cut(bytes, shares))).toEqual(scan([bytes]))
    }),
    { numRuns: 3000 },
  )
})

test('byte by byte is no different', () => {
  fc.assert(
    fc.property(stream, (bytes) => {
      expect(scan([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(scan([bytes]))
    }),
    { numRuns: 500 },
  )
})

test('what is encoded as events is read back', () => {
  const data = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => JSON.stringify(text))
  fc.assert(
    fc.property(fc.array(data, { maxLength: 20 }), lineEnd, (events, end) => {
      const bytes = new TextEncoder().encode(events.map((event) => `data: ${event}${end}${end}`).join(''))
      expect(scan([bytes]).map((event) => event.data)).toEqual(events)
    }),
    { numRuns: 1000 },
  )
})

test('random bytes are never more than events or a limit', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (pieces) => {
      expect(scan(pieces).every((event) => event.data.isWellFormed())).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test.each<[string, SseEvent[]]>([
  ['data: a\ndata: b\n\n', [{ name: '', data: 'a\nb' }]],
  [
    'event: error\ndata: {}\n\ndata: x\n\n',
    [
      { name: 'error', data: '{}' },
      { name: '', data: 'x' },
    ],
  ],
  [': hello\n\ndata:x\n\n', [{ name: '', data: 'x' }]],
  ['data: [DONE]', [{ name: '', data: '[DONE]' }]],
  ['data\n\ndata:\n\n', []],
  ['database: x\nid: 1\n\n', []],
  ['\uFEFFdata: x\n\n', [{ name: '', data: 'x' }]],
])('%j is read by the book', (text, events) => {
  expect(scan([new TextEncoder().encode(text)])).toEqual(events)
})

test('a line, ended or not, and an event beyond the limit stop the scan', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  expect(() => scan([bytes(`data: ${'x'.repeat(1001)}\n`)])).toThrow(SseLimitError)
  expect(() => scan(Array.from({ length: 11 }, () => bytes('x'.repeat(100))))).toThrow(SseLimitError)
  expect(() => scan(Array.from({ length: 30 }, () => bytes(`data: ${'x'.repeat(50)}\n`)))).toThrow(SseLimitError)
})
