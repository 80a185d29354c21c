import { expect, test } from 'vitest'
import { planRounds } from './plan-rounds.ts'

test.each([
  [300, 'short'],
  [10_000, 'long'],
  [1, 'short'],
] as const)('%s faults are divided into rounds of any kind and calm ones, none more and none less', (count, mix) => {
  const rounds = planRounds(count, mix)
  expect(rounds.reduce((sum, { faults }) => sum + faults, 0)).toBe(count)
  expect(rounds.filter(({ only }) => only?.[0] === 'Redis').length > 1).toBe(count > 1)
  expect(rounds[0]?.only).toBeNull()
})
