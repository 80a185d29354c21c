import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOverlapTrimmer } from './trim-overlap.ts'

function continueWith(prefix: string, deltas: string[]): string {
  const trimmer = createOverlapTrimmer(prefix)
  return deltas.map((delta) => trimmer.push(delta)).join('') + trimmer.end()
}

/** Words with a number each, as an answer whose places can be told apart. */
const answer = fc
  .array(fc.tuple(fc.constantFrom('the ', 'Ein ', 'ça ', '日本', '🙂', '\n- ', '**b** '), fc.nat(9)), {
    minLength: 12,
    maxLength: 80,
  })
  .map((words) => words.map(([word, digit], index) => `${word}${index}_${digit} `).join(''))

const share = fc.double({ min: 0, max: 1, noNaN: true })

function cutUp(text: string, size: number): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size))
  return pieces
}

const size = fc.integer({ min: 1, max: 50 })

test('a model that goes straight on is not touched', () => {
  fc.assert(
    fc.property(answer, share, size, (text, at, piece) => {
      const place = Math.floor(at * text.length)
      expect(continueWith(text.slice(0, place), cutUp(text.slice(place), piece))).toBe(text.slice(place))
    }),
    { numRuns: 2000 },
  )
})

test('a model that starts from the beginning gives only what is new', () => {
  fc.assert(
    fc.property(answer, share, size, (text, at, piece) => {
      const place = Math.max(5, Math.floor(at * text.length))
      expect(continueWith(text.slice(0, place), cutUp(text, piece))).toBe(text.slice(place))
    }),
    { numRuns: 2000 },
  )
})

test('a model that says the end once more gives only what is new', () => {
  fc.assert(
    fc.property(answer, share, fc.integer({ min: 20, max: 200 }), size, (text, at, back, piece) => {
      const place = Math.max(5, Math.floor(at * text.length))
      const from = Math.max(0, place - back)
      expect(continueWith(text.slice(0, place), cutUp(text.slice(from), piece))).toBe(text.slice(place))
    }),
    { numRuns: 2000 },
  )
})

test('deltas cut otherwise give the same text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), size, (prefix, text, piece) => {
      expect(continueWith(prefix, cutUp(text, piece))).toBe(continueWith(prefix, [text]))
    }),
    { numRuns: 5000 },
  )
})

test('what comes out is always an end of what went in', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', ' ') }),
      fc.string({ unit: fc.constantFrom('a', 'b', ' ') }),
      (prefix, text) => {
        expect(text.endsWith(continueWith(prefix, [text]))).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

test.each([
  ['hel', 'lo', 'lo'],
  ['The capital of Fra', 'France is', 'nce is'],
  ['It is very ', 'very good', 'very good'],
  ['It is very', ' very good', ' very good'],
  ['very', 'very good', ' good'],
  ['*', '*bold**', '*bold**'],
  ['ha ha', ' ha!', ' ha!'],
  ['| --- | --- |\n| a | b |\n', '| a | c |\n', '| a | c |\n'],
  ['------------------------', '------------------------', ''],
  ['x------------------------', '------------\nend', '------------\nend'],
  ['Hello world.\n', 'Hello world.\n\nNext.', '\nNext.'],
  ['Hello world.  ', 'Hello world. Next.', 'Next.'],
  ['', 'anything', 'anything'],
  ['  \n', ' x', 'x'],
  ['\n\nYes', '\n\nYes, it is', ', it is'],
])('%j continued by %j shows %j', (prefix, text, shown) => {
  expect(continueWith(prefix, [text])).toBe(shown)
  expect(continueWith(prefix, text.split(''))).toBe(shown)
})

test('an answer told anew in other words adds nothing and is known for what it is', () => {
  const prefix = 'The quick brown fox jumps over the lazy dog while the band plays on and everybody sings along loudly.'
  const trimmer = createOverlapTrimmer(prefix)
  expect(trimmer.push(prefix.slice(0, 70)) + trimmer.push(' but nobody hears it.')).toBe('')
  expect(trimmer.startedOver()).toBe(true)
  expect(trimmer.push('more') + trimmer.end()).toBe('')
})

test('long repetitive texts, letter by letter, do not take forever', () => {
  for (const unit of ['a', 'abcdef ']) {
    const shown = continueWith(unit.repeat(30_000), [...cutUp(unit.repeat(2000).slice(0, 6000), 1), '!'])
    expect(shown.endsWith('!')).toBe(true)
  }
})
