import { expect, test } from 'vitest'
import { createRetryBudget } from './retry-budget.ts'
import { retryAfterMs, retryDelayMs } from './retry-delay.ts'

test('reads Retry-After as seconds, as a date and in milliseconds', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfterMs({ 'retry-after': '3' }, now)).toBe(3000)
  expect(retryAfterMs({ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, now)).toBe(5000)
  expect(retryAfterMs({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, now)).toBe(0)
  expect(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '3' }, now)).toBe(250)
  expect(retryAfterMs({ 'retry-after': 'soon' }, now)).toBeNull()
  expect(retryAfterMs({}, now)).toBeNull()
})

test('delays are anywhere below a bound that doubles and stops at eight seconds', () => {
  expect([0, 1, 2, 9].map((retry) => retryDelayMs(retry, () => 1))).toEqual([1000, 2000, 4000, 8000])
  expect(retryDelayMs(5, () => 0)).toBe(0)
})

test('once what was saved is spent, ten calls earn one retry', () => {
  const budget = createRetryBudget(2)
  expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false])
  for (let call = 0; call < 9; call += 1) budget.earn()
  expect(budget.spend()).toBe(false)
  budget.earn()
  budget.earn()
  expect(budget.spend()).toBe(true)
})
