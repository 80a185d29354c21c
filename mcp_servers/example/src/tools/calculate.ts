import { z } from 'zod'
import { evaluate } from '../lib/expression.ts'
import { FUNCTION_NAMES } from '../lib/math-functions.ts'
import { formatDecimal } from '../lib/rational.ts'
import type { Tool } from '../tool.ts'

const DIGITS = 30

const input = z.strictObject({
  expression: z
    .string()
    .min(1)
    .max(1000)
    .describe('What to work out, e.g. "17% of 2340", "0.1 + 0.2", "(3 + 4)^2 / 7", "round(10 / 3, 2)".'),
})

const output = z.strictObject({
  value: z.string().describe('The result as a decimal number.'),
  exact: z.boolean().describe(`False if value is rounded to ${DIGITS} digits.`),
  fraction: z.string().nullable().describe('The exact result as a fraction where a decimal cannot hold it, else null.'),
})

export const calculate: Tool<typeof input, typeof output> = {
  name: 'calculate',
  title: 'Calculate',
  description:
    'Works out arithmetic exactly: percentages, decimals, fractions and very large whole numbers. ' +
    'Knows + - * / ^ (power), % (percent: 200 + 10% is 200.1), "of" (times), "mod" (remainder), ! (factorial), ' +
    `parentheses and the functions ${FUNCTION_NAMES.join(', ')}. No variables, no units.`,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input,
  output,
  run({ expression }) {
    const { number, exact: exactSoFar } = evaluate(expression)
    const decimal = formatDecimal(number, DIGITS)
    const exact = exactSoFar && decimal.exact
    const fraction = exactSoFar && !decimal.exact ? `${number.top}/${number.bottom}` : null
    const value = exactSoFar ? decimal.text : formatRounded(decimal.text)
    const note = fraction === null || fraction.length > 80 ? '' : ` (exactly ${fraction})`
    return { text: `${expression.trim()} ${exact ? '=' : '≈'} ${value}${note}`, data: { value, exact, fraction } }
  },
}

/** Cuts a rounded root to the digits that can be vouched for. */
function formatRounded(text: string): string {
  const [whole = '', part = ''] = text.split('.')
  const places = Math.max(0, DIGITS - whole.replace(/^-?0*/, '').length)
  const kept = part.slice(0, places)
  return kept === '' ? whole : `${whole}.${kept}`
}
