import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

const draw = (seed: string) => {
  const random = createRandom(seed)
  return Array.from({ length: 20 }, () => random.int(1, 1000))
}

test('the same seed draws the same, another one something else', () => {
  expect(draw('7/1')).toEqual(draw('7/1'))
  expect(draw('7/1')).not.toEqual(draw('7/2'))
})

test('a fork does not depend on what was drawn before', () => {
  const random = createRandom('7')
  const before = random.fork('tabs').int(1, 1e9)
  random.next()
  expect(random.fork('tabs').int(1, 1e9)).toBe(before)
})

test('a weight is a share', () => {
  const random = createRandom('7')
  const list = [
    { name: 'often', weight: 9 },
    { name: 'seldom', weight: 1 },
  ]
  const often = Array.from({ length: 2000 }, () => random.weighted(list)).filter(({ name }) => name === 'often')
  expect(often.length).toBeGreaterThan(1700)
  expect(often.length).toBeLessThan(1900)
})
