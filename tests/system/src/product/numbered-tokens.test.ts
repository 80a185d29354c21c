import { expect, test } from 'vitest'
import { faultsOfNumbering } from './numbered-tokens.ts'

test('a whole text has no fault', () => {
  expect(faultsOfNumbering('0123abcd t0001 t0002 t0003', 4)).toEqual([])
})

test.each([
  ['a gap', '0123abcd t0001 t0003'],
  ['a repeat', '0123abcd t0001 t0001 t0002'],
  ['a missing start', 't0001 t0002'],
  ['a torn token', '0123abcd t0001 t00'],
  ['a stranger', '0123abcd t0001 89abcdef t0001'],
])('%s is seen', (_, text) => {
  expect(faultsOfNumbering(text)).not.toEqual([])
})

test('a text that ends early is seen', () => {
  expect(faultsOfNumbering('0123abcd t0001', 3)).toEqual(['has 2 tokens of 3'])
})
