import { expect, test } from 'vitest'
import { stamp, stampedName } from './stamp.ts'

test('a moment is named in UTC, to the second', () => {
  expect(stamp(new Date('2026-01-31T02:00:00.999Z'))).toBe('20260131_020000')
})

test('a name that is taken is left to who has it', async () => {
  const first = await stampedName('data.before_', () => false)
  const second = await stampedName('data.before_', (name) => name === first)
  expect(second > first).toBe(true)
})
