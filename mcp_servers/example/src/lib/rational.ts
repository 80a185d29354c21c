import { Fault } from './fault.ts'

/** An exact number: `top / bottom`, in lowest terms, `bottom` above zero. */
export interface Rational {
  top: bigint
  bottom: bigint
}

// About 6 000 decimal digits. Keeps every single operation below a few milliseconds.
const MAX_BITS = 20_000

/** The number in lowest terms. A `Fault` if `bottom` is zero or the number has grown too long to work with. */
export function rational(top: bigint, bottom = 1n): Rational {
  if (bottom === 0n) throw new Fault('Division by zero. Change the divisor.')
  const sign = bottom < 0n ? -1n : 1n
  const common = gcd(top, bottom)
  const number = { top: (sign * top) / common, bottom: (sign * bottom) / common }
  if (bits(number.top) > MAX_BITS || bits(number.bottom) > MAX_BITS)
    throw new Fault('A number on the way grew beyond 6000 digits. Use smaller numbers or exponents.')
  return number
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom)
}

export function subtract(a: Rational, b: Rational): Rational {
  return rational(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom)
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.top * b.top, a.bottom * b.bottom)
}

export function divide(a: Rational, b: Rational): Rational {
  return rational(a.top * b.bottom, a.bottom * b.top)
}

export function compare(a: Rational, b: Rational): number {
  const difference = a.top * b.bottom - b.top * a.bottom
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The largest whole number not above `a`. */
export function floor({ top, bottom }: Rational): bigint {
  const quotient = top / bottom
  return top % bottom < 0n ? quotient - 1n : quotient
}

/** `base` to a whole power. The result's length is foreseen, so nothing enormous is ever computed. */
export function power(base: Rational, exponent: Rational): Rational {
  if (exponent.bottom !== 1n)
    throw new Fault('The exponent must be a whole number. For a square root write sqrt(x), for a cube root root(x, 3).')
  const times = exponent.top < 0n ? -exponent.top : exponent.top
  const bitsOfBase = BigInt(Math.max(bits(base.top), bits(base.bottom)))
  const one = base.bottom === 1n && (base.top === 1n || base.top === -1n || base.top === 0n)
  if (!one && (bitsOfBase - 1n) * times > BigInt(MAX_BITS))
    throw new Fault('That power has more than 6000 digits. Use a smaller base or exponent.')
  // For bases of one digit the sign is all that an exponent of any length can change.
  const effective = one && times > 1n ? 2n - (times % 2n) : times
  return exponent.top < 0n
    ? rational(base.bottom ** effective, base.top ** effective)
    : rational(base.top ** effective, base.bottom ** effective)
}

/** Reads a plain decimal such as `12`, `.5`, `2,340.75` or `1.2e-3`. */
export function parseDecimal(text: string): Rational {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text.replaceAll(',', ''))
  const [, sign = '', whole = '', part = '', exponent = '0'] = match ?? []
  if (whole + part === '') throw new Fault(`"${text}" is not a number. Write it like 1234.5 or 1.2e-3.`)
  const places = Number(exponent) - part.length
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n)
  if (Math.abs(places) > MAX_BITS / 4) throw new Fault('The exponent is out of range. Use one from -4000 to 4000.')
  return places >= 0 ? rational(digits * 10n ** BigInt(places)) : rational(digits, 10n ** BigInt(-places))
}

export interface Decimal {
  text: string
  /** Whether `text` is the number itself and not rounded. */
  exact: boolean
}

/** The number as a decimal: whole if it ends, otherwise rounded half away from zero to `digits` significant digits. */
export function formatDecimal(number: Rational, digits: number): Decimal {
  const places = placesNeeded(number.bottom)
  if (places !== null) return { text: toFixed(number, places), exact: true }
  const size = Math.floor(log10(number))
  return { text: toFixed(number, Math.max(0, digits - 1 - size)), exact: false }
}

/** Rounds half away from zero, as people do, to `places` digits after the point (before it, if negative). */
export function round(number: Rational, places: number): Rational {
  const scale = places >= 0 ? rational(10n ** BigInt(places)) : rational(1n, 10n ** BigInt(-places))
  const scaled = multiply(number, scale)
  const magnitude = { top: scaled.top < 0n ? -scaled.top : scaled.top, bottom: scaled.bottom }
  const whole = floor(add(magnitude, rational(1n, 2n)))
  return divide(rational(scaled.top < 0n ? -whole : whole), scale)
}

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

function toFixed(number: Rational, places: number): string {
  const rounded = round(number, places)
  const scaled = (rounded.top * 10n ** BigInt(places)) / rounded.bottom
  const text = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0')
  const whole = text.slice(0, text.length - places)
  const part = text.slice(text.length - places).replace(/0+$/, '')
  return `${scaled < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`
}

/** Digits after the point of a fraction that ends, null for one that repeats for ever. */
function placesNeeded(bottom: bigint): number | null {
  let [rest, twos, fives] = [bottom, 0, 0]
  for (; rest % 2n === 0n; rest /= 2n) twos += 1
  for (; rest % 5n === 0n; rest /= 5n) fives += 1
  return rest === 1n ? Math.max(twos, fives) : null
}

function log10({ top, bottom }: Rational): number {
  return digitsOf(top) - digitsOf(bottom)
}

/** The decimal logarithm of a whole number, also of one beyond the range of floating point. */
function digitsOf(number: bigint): number {
  const text = (number < 0n ? -number : number).toString()
  return Math.log10(Number(`0.${text.slice(0, 17)}`)) + text.length
}

function bits(number: bigint): number {
  return (number < 0n ? -number : number).toString(2).length
}
