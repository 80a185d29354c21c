import { expect, test } from 'vitest'
import { money } from './money.ts'

test('shows two figures of a small amount, and cents of a large one', () => {
  expect(money(0.0213, 'USD')).toBe('$0.021')
  expect(money(0.000456, 'USD')).toBe('$0.00046')
  expect(money(12.3456, 'EUR')).toBe('€12.35')
  expect(money(0.5, 'USD')).toBe('$0.50')
  expect(money(0, 'USD')).toBe('$0.00')
  expect(money(0.0000001, 'USD')).toBe('$0.00')
})
