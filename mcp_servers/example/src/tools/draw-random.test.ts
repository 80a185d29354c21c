import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { drawRandom } from './draw-random.ts'

const draw = async (input: Parameters<typeof callTool<typeof drawRandom.input, typeof drawRandom.output>>[1]) =>
  (await callTool(drawRandom, input)).data.values

test('integers lie between min and max, both included', async () => {
  const values = new Set(
    (await Promise.all([1, 2, 3].map(() => draw({ kind: 'integer', min: 1, max: 3, count: 100 })))).flat(),
  )
  expect([...values].map(Number).toSorted((a, b) => a - b)).toEqual([1, 2, 3])
})

test('dice stay within what they can show', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 2, max: 100 }),
      fc.nat(9),
      async (dice, sides, more) => {
        const [value] = await draw({ kind: 'dice', dice: `${dice}d${sides}-${more}` })
        expect(value).toBeGreaterThanOrEqual(dice - more)
        expect(value).toBeLessThanOrEqual(dice * sides - more)
      },
    ),
  )
})

test('a choice takes different items, and all of them if asked', async () => {
  const items = ['a', 'b', 'c', 'd']
  expect(new Set(await draw({ kind: 'choice', items, count: 4 }))).toEqual(new Set(items))
})

test('UUIDs and passwords do not repeat', async () => {
  expect(new Set(await draw({ kind: 'uuid', count: 100 })).size).toBe(100)
  const passwords = await draw({ kind: 'password', count: 100, length: 12 })
  expect(new Set(passwords).size).toBe(100)
  expect(passwords.every((password) => String(password).length === 12)).toBe(true)
})

test.each([
  [{ kind: 'integer', min: 2, max: 1 }, /Swap/],
  [{ kind: 'dice', dice: '0d6' }, /2d6/],
  [{ kind: 'dice', dice: '999d6' }, /2d6/],
  [{ kind: 'dice', dice: 'banana' }, /2d6/],
  [{ kind: 'choice', items: ['a'], count: 2 }, /Give more items/],
] as const)('%o is refused with what to change', async (input, advice) => {
  await expect(callTool(drawRandom, { ...input, items: [...('items' in input ? input.items : [])] })).rejects.toThrow(
    advice,
  )
})
