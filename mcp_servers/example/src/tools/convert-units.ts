import { z } from 'zod'
import { Fault } from '../lib/fault.ts'
import { add, divide, formatDecimal, multiply, parseDecimal, subtract } from '../lib/rational.ts'
import { findUnit, KIND_NAMES, symbolsOf } from '../lib/units.ts'
import type { Tool } from '../tool.ts'

const DIGITS = 15

const unit = z.string().min(1).max(40)
const input = z.strictObject({
  value: z
    .union([z.number(), z.string().max(100)])
    .describe('The amount, e.g. 26.2, or as text where more digits matter.'),
  from: unit.describe('Its unit: a symbol such as "mi", "°F", "MB", or an English name such as "miles".'),
  to: unit.describe('The unit wanted, of the same kind.'),
})

const output = z.strictObject({
  value: z
    .string()
    .describe(`The amount in the wanted unit, to ${DIGITS} significant digits if it does not end sooner.`),
  unit: z.string().describe('The symbol of the wanted unit.'),
  kind: z.string().describe('What is measured, e.g. "length".'),
  exact: z.boolean().describe('False if value is rounded.'),
})

export const convertUnits: Tool<typeof input, typeof output> = {
  name: 'convert_units',
  title: 'Convert units',
  description:
    `Converts between units of ${KIND_NAMES.join(', ')}, exactly by their definitions. Gallons, pints and cups are ` +
    'US unless named imperial; kB, MB are powers of 1000 and KiB, MiB of 1024; a year is 365.25 days. No currencies.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  run({ value, from, to }) {
    const [source, target] = [findUnit(from), findUnit(to)]
    if (source.kind !== target.kind)
      throw new Fault(
        `${source.symbol} measures ${source.kind}, ${target.symbol} ${target.kind}. For ${source.kind} there are: ${symbolsOf(source.kind).join(' ')}.`,
      )
    const amount = parseDecimal(String(value).trim())
    const inBase = add(multiply(amount, source.factor), source.zero)
    if (source.kind === 'temperature' && inBase.top < 0n)
      throw new Fault('That is below absolute zero. Raise the value.')
    const result = formatDecimal(divide(subtract(inBase, target.zero), target.factor), DIGITS)
    return {
      text: `${value} ${source.symbol} ${result.exact ? '=' : '≈'} ${result.text} ${target.symbol}`,
      data: { value: result.text, unit: target.symbol, kind: source.kind, exact: result.exact },
    }
  },
}
