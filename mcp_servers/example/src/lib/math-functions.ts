import type { Value } from './expression.ts'
import { Fault } from './fault.ts'
import { add, compare, divide, floor, gcd, rational, round, subtract, type Rational } from './rational.ts'

// Digits kept of an irrational root.
const ROOT_DIGITS = 50n
const MAX_FACTORIAL = 1000n
const MAX_ROOT = 100n

interface MathFunction {
  /** Fewest and most arguments. */
  takes: [number, number]
  run(numbers: [Rational, ...Rational[]]): Rational | Value
}

const ONE = rational(1n)
const ANY = 100

const FUNCTIONS: Record<string, MathFunction> = {
  abs: { takes: [1, 1], run: ([a]) => ({ top: a.top < 0n ? -a.top : a.top, bottom: a.bottom }) },
  floor: { takes: [1, 1], run: ([a]) => rational(floor(a)) },
  ceil: { takes: [1, 1], run: ([a]) => rational(-floor(subtract(rational(0n), a))) },
  round: {
    takes: [1, 2],
    run: ([a, places = rational(0n)]) => round(a, Number(whole('round', places, -1000n, 1000n))),
  },
  min: { takes: [1, ANY], run: (all) => all.reduce((a, b) => (compare(a, b) <= 0 ? a : b)) },
  max: { takes: [1, ANY], run: (all) => all.reduce((a, b) => (compare(a, b) >= 0 ? a : b)) },
  sum: { takes: [1, ANY], run: (all) => all.reduce(add) },
  mean: { takes: [1, ANY], run: (all) => divide(all.reduce(add), rational(BigInt(all.length))) },
  gcd: { takes: [2, ANY], run: (all) => rational(wholes('gcd', all).reduce(gcd)) },
  lcm: { takes: [2, ANY], run: (all) => all.reduce(lcm, ONE) },
  factorial: { takes: [1, 1], run: ([a]) => rational(factorial(whole('factorial', a, 0n, MAX_FACTORIAL))) },
  sqrt: { takes: [1, 1], run: ([a]) => root(a, 2n) },
  root: { takes: [2, 2], run: ([a, degree = ONE]) => root(a, whole('root', degree, 2n, MAX_ROOT)) },
}

export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS)

export function isFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name)
}

/** Applies a function by name. Throws a `Fault` for an unknown name, a wrong number of arguments or one out of range. */
export function callFunction(name: string, inputs: Value[]): Value {
  const entry = isFunction(name) ? FUNCTIONS[name] : undefined
  if (entry === undefined) throw new Fault(`There is no function "${name}". There are: ${FUNCTION_NAMES.join(', ')}.`)
  const [first, ...others] = inputs.map(({ number }) => number)
  const [fewest, most] = entry.takes
  if (first === undefined || inputs.length < fewest || inputs.length > most) {
    const count = fewest === most ? `${fewest}` : `${fewest} to ${most}`
    throw new Fault(`${name} takes ${count} argument${most === 1 ? '' : 's'}, separated by commas.`)
  }
  const result = entry.run([first, ...others])
  const exact = inputs.every((input) => input.exact)
  return 'number' in result ? { number: result.number, exact: exact && result.exact } : { number: result, exact }
}

function whole(name: string, number: Rational, least: bigint, most: bigint): bigint {
  if (number.bottom !== 1n || number.top < least || number.top > most)
    throw new Fault(`${name} needs a whole number from ${least} to ${most} there.`)
  return number.top
}

function wholes(name: string, numbers: Rational[]): bigint[] {
  if (numbers.some((number) => number.bottom !== 1n)) throw new Fault(`${name} needs whole numbers.`)
  return numbers.map((number) => number.top)
}

function lcm(a: Rational, b: Rational): Rational {
  const [x = 0n, y = 0n] = wholes('lcm', [a, b])
  if (x === 0n || y === 0n) return rational(0n)
  const product = (x * y) / gcd(x, y)
  return rational(product < 0n ? -product : product)
}

function factorial(n: bigint): bigint {
  let product = 1n
  for (let factor = 2n; factor <= n; factor += 1n) product *= factor
  return product
}

/** Exact where the root is a fraction; otherwise rounded down to 50 digits after the point, and marked so. */
function root(number: Rational, degree: bigint): Value {
  if (number.top < 0n) throw new Fault('Roots of negative numbers are not real. Change the sign.')
  const [top, bottom] = [wholeRoot(number.top, degree), wholeRoot(number.bottom, degree)]
  if (top ** degree === number.top && bottom ** degree === number.bottom)
    return { number: rational(top, bottom), exact: true }
  const scale = 10n ** ROOT_DIGITS
  const scaled = wholeRoot((number.top * scale ** degree) / number.bottom, degree)
  return { number: rational(scaled, scale), exact: false }
}

/** The largest whole number whose power does not exceed `number`; Newton's method from above. */
function wholeRoot(number: bigint, degree: bigint): bigint {
  if (number < 2n) return number
  let guess = 1n << (BigInt(number.toString(2).length) / degree + 1n)
  for (;;) {
    const better = ((degree - 1n) * guess + number / guess ** (degree - 1n)) / degree
    if (better >= guess) return guess
    guess = better
  }
}
