import { randomInt, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../lib/fault.ts'
import type { Tool } from '../tool.ts'

// Letters and digits that are not mistaken for one another.
const PASSWORD_CHARACTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%+:=?@-_'
const INTEGER_LIMIT = 1_000_000_000_000

const input = z.strictObject({
  kind: z
    .enum(['integer', 'dice', 'choice', 'uuid', 'password'])
    .describe('integer: from min to max; dice: like "2d6+1"; choice: among items; uuid; password.'),
  count: z.int().min(1).max(100).default(1).describe('How many to draw. For choice: how many different items.'),
  min: z.int().min(-INTEGER_LIMIT).max(INTEGER_LIMIT).default(1).describe('For integer: the least.'),
  max: z.int().min(-INTEGER_LIMIT).max(INTEGER_LIMIT).default(100).describe('For integer: the greatest.'),
  dice: z.string().max(20).default('1d6').describe('For dice: number, sides and optional sum, e.g. "3d20-2".'),
  items: z.array(z.string().max(500)).max(1000).default([]).describe('For choice: what to choose from.'),
  length: z.int().min(8).max(128).default(20).describe('For password: how many characters.'),
})
type Input = z.output<typeof input>

const output = z.strictObject({
  values: z.array(z.union([z.string(), z.number()])).describe('What was drawn, in order.'),
})

export const drawRandom: Tool<typeof input, typeof output> = {
  name: 'draw_random',
  title: 'Random values',
  description:
    'Draws random integers, dice, choices from a list, UUIDs or passwords from the cryptographic source of the system. ' +
    'Every call gives something else. A password drawn here has been seen by the model: change it where it matters.',
  // It changes nothing, but the same call does not give the same answer.
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  input,
  output,
  run(wish) {
    const values = draw(wish)
    return { text: values.join(', '), data: { values } }
  },
}

function draw(wish: Input): (string | number)[] {
  const times = <Value>(make: () => Value): Value[] => Array.from({ length: wish.count }, make)
  switch (wish.kind) {
    case 'integer':
      if (wish.max < wish.min) throw new Fault('max is below min. Swap them.')
      return times(() => integerBetween(wish.min, wish.max))
    case 'dice':
      return times(diceRoller(wish.dice))
    case 'choice':
      return choose(wish.items, wish.count)
    case 'uuid':
      return times(() => randomUUID())
    case 'password':
      return times(() => password(wish.length))
  }
}

function integerBetween(min: number, max: number): number {
  return randomInt(min, max + 1)
}

function diceRoller(notation: string): () => number {
  const match = /^(\d{0,3})d(\d{1,6})(?:([+-])(\d{1,6}))?$/i.exec(notation.replaceAll(' ', ''))
  const [, number, sides, sign, addend] = match ?? []
  const [dice, faces] = [Number(number === '' ? 1 : number), Number(sides)]
  if (match === null || dice < 1 || dice > 100 || faces < 2)
    throw new Fault(`"${notation}" is no dice. Write 1 to 100 dice of 2 or more sides, e.g. "2d6+1".`)
  const extra = addend === undefined ? 0 : Number(`${sign}${addend}`)
  return () => Array.from({ length: dice }, () => integerBetween(1, faces)).reduce((sum, roll) => sum + roll, extra)
}

/** Different items: a shuffle (Fisher and Yates) that stops when enough are drawn. */
function choose(items: string[], count: number): string[] {
  if (items.length < count)
    throw new Fault(`items holds ${items.length}, fewer than the ${count} to choose. Give more items.`)
  const rest = [...items]
  return Array.from({ length: count }, () => rest.splice(randomInt(rest.length), 1)[0] ?? '')
}

function password(length: number): string {
  return Array.from({ length }, () => PASSWORD_CHARACTERS[randomInt(PASSWORD_CHARACTERS.length)] ?? '').join('')
}
