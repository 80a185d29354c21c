import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callTool } from '../../test/call.ts'
import { evaluate } from '../lib/expression.ts'
import { formatDecimal, parseDecimal, rational } from '../lib/rational.ts'
import { calculate } from './calculate.ts'

const value = async (expression: string) => (await callTool(calculate, { expression })).data.value

test.each([
  ['17% of 2340', '397.8'],
  ['17 percent of 2,340', '397.8'],
  ['0.1 + 0.2', '0.3'],
  ['200 + 10%', '200.1'],
  ['-2^2', '-4'],
  ['2^3^2', '512'],
  ['2^-2', '0.25'],
  ['2 + 3 * 4', '14'],
  ['(2 + 3) × 4 ÷ 5', '4'],
  ['10 - 4 - 3', '3'],
  ['1,234,567.5 * 2', '2469135'],
  ['max(1, 234)', '234'],
  ['-7 mod 3', '2'],
  ['5!', '120'],
  ['50%% of 200', '1'],
  ['.5 + 1.', '1.5'],
  ['1.5e3 + 2E-1', '1500.2'],
  ['round(2.5)', '3'],
  ['round(-2.5)', '-3'],
  ['round(1250, -2)', '1300'],
  ['round(10 / 3, 2)', '3.33'],
  ['floor(-1.5) + ceil(-1.5)', '-3'],
  ['mean(1, 2, 4)', '2.33333333333333333333333333333'],
  ['gcd(12, 18) + lcm(4, 6)', '18'],
  ['sqrt(0.25)', '0.5'],
  ['root(27, 3)', '3'],
  ['sqrt(2)', '1.41421356237309504880168872420'],
  ['2 / 3', '0.666666666666666666666666666667'],
  ['99999999999999999999 + 1', '100000000000000000000'],
  ['(-1)^99999999999999', '-1'],
])('%s is %s', async (expression, expected) => {
  expect(await value(expression)).toBe(expected)
})

test('says whether the value is exact, and gives the fraction where no decimal can be', async () => {
  expect((await callTool(calculate, { expression: '1/3' })).data).toMatchObject({ exact: false, fraction: '1/3' })
  expect((await callTool(calculate, { expression: '1/8' })).data).toMatchObject({ exact: true, fraction: null })
  expect((await callTool(calculate, { expression: 'sqrt(2)^2' })).data).toMatchObject({ exact: false, fraction: null })
})

test.each([
  ['1 / 0', /divisor/],
  ['7 % 3', /7 mod 3/],
  ['2 ^ 0.5', /sqrt/],
  ['9^9^9', /6000 digits/],
  ['1e9999', /-4000 to 4000/],
  ['sin(1)', /There are: abs/],
  ['constructor(1)', /There are: abs/],
  ['(1 + 2', /parenthesis/],
  ['1 +', /too early/],
  ['1,23', /not understood/],
  ['process.exit()', /not understood|no function/],
  ['sqrt(-1)', /Change the sign/],
  ['factorial(1001)', /0 to 1000/],
  [`${'('.repeat(200)}1${')'.repeat(200)}`, /nested/],
])('%s is refused with what to change', async (expression, advice) => {
  await expect(callTool(calculate, { expression })).rejects.toThrow(advice)
})

describe('agrees with whole-number arithmetic', () => {
  const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
  const positive = fc.bigInt({ min: 1n, max: 10n ** 20n })

  test('for sums, differences and products', () => {
    fc.assert(
      fc.property(integer, integer, integer, (a, b, c) => {
        expect(evaluate(`(${a}) + (${b}) * (${c}) - (${a})`).number).toEqual({ top: b * c, bottom: 1n })
      }),
    )
  })

  test('for powers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -1000n, max: 1000n }), fc.nat(60), (base, exponent) => {
        expect(evaluate(`(${base})^${exponent}`).number.top).toBe(base ** BigInt(exponent))
      }),
    )
  })

  test('for quotient and remainder', () => {
    fc.assert(
      fc.property(integer, positive, (a, b) => {
        expect(evaluate(`floor((${a}) / ${b}) * ${b} + (${a}) mod ${b} - (${a})`).number.top).toBe(0n)
      }),
    )
  })

  test('for the whole part of a square root', () => {
    fc.assert(
      fc.property(positive, (a) => {
        const root = evaluate(`floor(sqrt(${a}))`).number.top
        expect(root * root <= a && (root + 1n) * (root + 1n) > a).toBe(true)
      }),
    )
  })
})

test('a fraction that ends reads back as itself', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(40), fc.nat(40), (top, twos, fives) => {
      const number = rational(top, 2n ** BigInt(twos) * 5n ** BigInt(fives))
      const { text, exact } = formatDecimal(number, 5)
      expect(exact).toBe(true)
      expect(parseDecimal(text)).toEqual(number)
    }),
  )
})

test('a fraction that repeats is off by at most half a unit of its last digit', () => {
  const primes = fc.constantFrom(3n, 7n, 11n, 97n, 1_000_003n)
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), primes, (top, bottom) => {
      fc.pre(top % bottom !== 0n)
      const { text, exact } = formatDecimal(rational(top, bottom), 20)
      const read = parseDecimal(text)
      const places = text.split('.')[1]?.length ?? 0
      const error = read.top * bottom - top * read.bottom
      const magnitude = error < 0n ? -error : error
      expect(exact).toBe(false)
      expect(magnitude * 2n * 10n ** BigInt(places) <= read.bottom * bottom).toBe(true)
    }),
  )
})
