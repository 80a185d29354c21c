import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { countText } from './count-text.ts'

const count = async (text: string) => (await callTool(countText, { text })).data

test('counts what people see', async () => {
  expect(await count('Hello, world. How are you?\n\nFine — and you?\n')).toMatchObject({
    characters: 44,
    words: 8,
    sentences: 3,
    lines: 3,
    paragraphs: 2,
  })
})

test('an emoji of several code points is one character, and its bytes are all counted', async () => {
  expect(await count('👩‍👩‍👧 é')).toMatchObject({ characters: 3, charactersWithoutSpaces: 2, bytes: 21 })
})

test('finds words where no spaces are written', async () => {
  expect((await count('私は東京に住んでいます。')).words).toBeGreaterThan(3)
})

test('lists the most frequent words, whatever their case', async () => {
  expect((await count('The cat and the dog and THE bird')).frequentWords.slice(0, 2)).toEqual([
    { word: 'the', count: 3 },
    { word: 'and', count: 2 },
  ])
})

test('an empty text has nothing', async () => {
  expect(await count('')).toMatchObject({ characters: 0, words: 0, sentences: 0, lines: 0, paragraphs: 0, bytes: 0 })
})
