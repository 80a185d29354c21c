import { expect, test } from 'vitest'
import { passwordFault } from './password-fault.ts'

const own = ['Ann Archer', 'ann.archer@example.com', 'AI Assistant']

test.each([
  ['short', /10 characters/],
  ['x'.repeat(257), /256 characters or fewer/],
  ['qwertyuiop', /guessed first/],
  ['QwertyUiop', /guessed first/],
  ['basketball', /guessed first/],
  ['football2024', /guessed first/],
  ['Dragon!!1987', /guessed first/],
  ['password12345', /guessed first/],
  ['abababababab', /repeats/],
  ['monkeymonkeymonkey', /repeats/],
  ['AnnArcher2026!', /name or an address/],
  ['ann.archer@example.com', /name or an address/],
  ['aiassistant123', /name or an address/],
])('%s is refused with a reason', (password, reason) => {
  expect(passwordFault(password, own)).toMatch(reason)
})

test.each([
  'correct horse battery',
  'Zwölf Boxkämpfer',
  'tY7#kk92-Lq',
  '七つの海を渡る風の音色と光',
  'x'.repeat(5) + 'grünkohl-tapete',
])('%s is taken', (password) => {
  expect(passwordFault(password, [...own, null])).toBeNull()
})

test('a password may hold any character', () => {
  expect(passwordFault('emoji 🦜 and\u00a0spaces', own)).toBeNull()
})
