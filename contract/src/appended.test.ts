import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { appended } from './appended.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const word = (at: number) => `word${at} `

function grow(append: (text: string, piece: string) => string, words: number): string {
  let text = ''
  for (let at = 0; at < words; at++) text = append(text, word(at))
  return text
}

/** Bytes that each of these texts takes. */
function bytesOf(append: (text: string, piece: string) => string): number {
  const texts: string[] = []
  collect()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < 300; at++) texts.push(grow(append, 1000))
  collect()
  return (process.memoryUsage().heapUsed - before) / texts.length
}

test('a text that grew word by word takes little more than its characters', () => {
  const plain = (text: string, piece: string) => text + piece
  // Often enough that the runtime has optimised what it can.
  const all = [plain, appended, plain, appended].map(bytesOf)
  const [, , pieces = 0, joined = 0] = all
  expect(joined).toBeLessThan(pieces / 2)
})

test('nothing of a text is lost, however long it becomes', () => {
  const words = 30_000
  expect(grow(appended, words)).toBe(Array.from({ length: words }, (_, at) => word(at)).join(''))
})
