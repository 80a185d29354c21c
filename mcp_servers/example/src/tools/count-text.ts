import { z } from 'zod'
import { count } from '../lib/count.ts'
import type { Tool } from '../tool.ts'

const WORDS_PER_MINUTE = 230
const MOST_FREQUENT = 10

const input = z.strictObject({ text: z.string().max(200_000).describe('The text to count.') })

const output = z.strictObject({
  characters: z.int().describe('As people see them: an accented letter or an emoji is one.'),
  charactersWithoutSpaces: z.int(),
  bytes: z.int().describe('In UTF-8.'),
  words: z.int(),
  sentences: z.int(),
  lines: z.int(),
  paragraphs: z.int().describe('Blocks separated by empty lines.'),
  readingMinutes: z.number().describe(`At ${WORDS_PER_MINUTE} words a minute.`),
  frequentWords: z
    .array(z.strictObject({ word: z.string(), count: z.int() }))
    .describe('In lower case, most frequent first.'),
})

export const countText: Tool<typeof input, typeof output> = {
  name: 'count_text',
  title: 'Text statistics',
  description:
    'Counts the characters, words, sentences, lines and paragraphs of a text, its size in bytes, reading time and most ' +
    'frequent words. Works for all languages, also those written without spaces.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  run({ text }) {
    const characters = segments(text, 'grapheme')
    const words = segments(text, 'word').filter(({ isWordLike }) => isWordLike === true)
    const data = {
      characters: characters.length,
      charactersWithoutSpaces: characters.filter(({ segment }) => segment.trim() !== '').length,
      bytes: Buffer.byteLength(text),
      words: words.length,
      sentences: segments(text, 'sentence').filter(({ segment }) => segment.trim() !== '').length,
      lines: text === '' ? 0 : text.replace(/\r?\n$/, '').split(/\r?\n/).length,
      paragraphs: text.split(/\r?\n\s*\n/).filter((block) => block.trim() !== '').length,
      readingMinutes: Math.round((words.length / WORDS_PER_MINUTE) * 10) / 10,
      frequentWords: mostFrequent(words.map(({ segment }) => segment.toLowerCase())),
    }
    const sizes = `${data.charactersWithoutSpaces} without spaces, ${count(data.bytes, 'byte')} in UTF-8`
    const parts = [
      `${count(data.characters, 'character')} (${sizes})`,
      count(data.words, 'word'),
      count(data.sentences, 'sentence'),
      count(data.lines, 'line'),
      count(data.paragraphs, 'paragraph'),
    ]
    return {
      text: `${parts.join(', ')}; about ${count(data.readingMinutes, 'minute')} to read.`,
      data,
    }
  },
}

function segments(text: string, granularity: 'grapheme' | 'word' | 'sentence'): Intl.SegmentData[] {
  return [...new Intl.Segmenter(undefined, { granularity }).segment(text)]
}

function mostFrequent(words: string[]): { word: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const sorted = [...counts].map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count)
  return sorted.slice(0, MOST_FREQUENT)
}
