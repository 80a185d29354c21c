import { expect, test } from 'vitest'
import { createProgressLine, describeProgress, formatBytes } from './progress-line.ts'

test('progress says how far it is, and how long it will take once that can be told', () => {
  expect(describeProgress('Reading', 1, 4, 500)).toBe('Reading … 25 %')
  expect(describeProgress('Reading', 1, 4, 10_000)).toBe('Reading … 25 %, 30 s left')
  expect(describeProgress('Reading', 1, 100_000, 60_000)).toBe('Reading … 0 %')
  expect(describeProgress('Reading', 4, 4, 10_000)).toBe('Reading … 100 %')
  expect(describeProgress('Reading', 0, 0, 0)).toBe('Reading … 100 %')
  expect(describeProgress('Reading', 1, 10, 60_000)).toBe('Reading … 10 %, 9 min 0 s left')
})

test('where nobody watches, there is a line for each phase and one now and then', () => {
  const lines: string[] = []
  let now = 0
  const output = { isTTY: false, write: (text: string) => lines.push(text) > 0 }
  const line = createProgressLine(output, () => now)
  for (now = 0; now <= 20_000; now += 1000) line.update('Reading', now, 40_000)
  line.update('Comparing', 0, 10)
  line.end()
  expect(lines).toEqual([
    'Reading … 0 %\n',
    'Reading … 25 %, 30 s left\n',
    'Reading … 50 %, 20 s left\n',
    'Comparing … 0 %\n',
  ])
})

test('sizes are told in units that people read', () => {
  expect([0, 999, 1000, 1_550_000, 3e12].map(formatBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '1.6 MB',
    '3.0 TB',
  ])
})
