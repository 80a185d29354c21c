import { Fault } from './fault.ts'
import { callFunction, isFunction } from './math-functions.ts'
import { add, divide, floor, multiply, parseDecimal, power, rational, subtract, type Rational } from './rational.ts'

export interface Value {
  number: Rational
  /** False once an irrational root was rounded on the way. */
  exact: boolean
}

const MAX_DEPTH = 50
const HUNDRED = rational(100n)
// A comma groups digits only in threes, and not inside a function's parentheses, where it separates arguments.
const GROUPED_NUMBER = /^\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?/
const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i
const WORD = /^[a-z]+/i
const SIGN = /^(?:\*\*|[-+*/^%!(),×·÷−])/
const SAME_SIGN: Record<string, string> = { '**': '^', '×': '*', '·': '*', '÷': '/', '−': '-', percent: '%' }

interface Token {
  kind: 'number' | 'word' | 'sign' | 'end'
  text: string
}

/**
 * Works out an arithmetic expression exactly. From weakest to strongest: `+ -`, `* / mod of`, unary `-`, `^` (from the
 * right), postfix `%` (divides by 100) and `!`. Throws a `Fault` that tells what to change.
 */
export function evaluate(text: string): Value {
  const reader = createReader(tokenize(text))
  const value = readSum(reader, 0)
  const { kind, text: rest } = reader.peek()
  if (kind !== 'end') throw unexpected(rest)
  return value
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const calls: boolean[] = []
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at)
    const blank = /^\s+/.exec(rest)?.[0]
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    const token = readToken(rest, calls.includes(true))
    if (token.text === '(') calls.push(tokens.at(-1)?.kind === 'word' && tokens.at(-1)?.text !== 'of')
    if (token.text === ')') calls.pop()
    tokens.push({ ...token, text: SAME_SIGN[token.text] ?? token.text })
    at += token.text.length
  }
  return [...tokens, { kind: 'end', text: '' }]
}

function readToken(rest: string, inCall: boolean): Token {
  const number = (inCall ? undefined : GROUPED_NUMBER.exec(rest)?.[0]) ?? NUMBER.exec(rest)?.[0]
  if (number !== undefined) return { kind: 'number', text: number }
  const word = WORD.exec(rest)?.[0]
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase() }
  const sign = SIGN.exec(rest)?.[0]
  if (sign !== undefined) return { kind: 'sign', text: sign }
  throw unexpected(rest.slice(0, 1))
}

interface Reader {
  peek(): Token
  next(): Token
  /** Takes the next token if it is one of these. */
  take(...texts: string[]): string | null
}

function createReader(tokens: Token[]): Reader {
  const end: Token = { kind: 'end', text: '' }
  let at = 0
  const peek = (): Token => tokens[at] ?? end
  const next = (): Token => {
    const token = peek()
    at += 1
    return token
  }
  const take = (...texts: string[]): string | null =>
    peek().kind !== 'number' && texts.includes(peek().text) ? next().text : null
  return { peek, next, take }
}

function readSum(reader: Reader, depth: number): Value {
  let left = readProduct(reader, depth)
  for (let sign = reader.take('+', '-'); sign !== null; sign = reader.take('+', '-')) {
    left = combine(left, readProduct(reader, depth), sign === '+' ? add : subtract)
  }
  return left
}

function readProduct(reader: Reader, depth: number): Value {
  let left = readUnary(reader, depth)
  for (let sign = reader.take('*', '/', 'mod', 'of'); sign !== null; sign = reader.take('*', '/', 'mod', 'of')) {
    left = combine(left, readUnary(reader, depth), sign === '/' ? divide : sign === 'mod' ? modulo : multiply)
  }
  return left
}

function readUnary(reader: Reader, depth: number): Value {
  let negative = false
  for (let sign = reader.take('+', '-'); sign !== null; sign = reader.take('+', '-'))
    negative = negative !== (sign === '-')
  const value = readPower(reader, depth)
  return negative ? { ...value, number: subtract(rational(0n), value.number) } : value
}

function readPower(reader: Reader, depth: number): Value {
  guardDepth(depth)
  const base = readPostfix(reader, depth)
  if (reader.take('^') === null) return base
  return combine(base, readUnary(reader, depth + 1), power)
}

function readPostfix(reader: Reader, depth: number): Value {
  let value = readAtom(reader, depth)
  for (let sign = reader.take('%', '!'); sign !== null; sign = reader.take('%', '!')) {
    if (sign === '!') value = callFunction('factorial', [value])
    else value = { ...value, number: divide(value.number, HUNDRED) }
    const { kind, text } = reader.peek()
    if (sign === '%' && (kind === 'number' || text === '(' || isFunction(text)))
      throw new Fault('`%` means "percent" here. For a remainder write `7 mod 3`, for a share `7% of 3`.')
  }
  return value
}

function readAtom(reader: Reader, depth: number): Value {
  guardDepth(depth)
  const token = reader.next()
  if (token.kind === 'number') return { number: parseDecimal(token.text), exact: true }
  if (token.text === '(') {
    const value = readSum(reader, depth + 1)
    closeParenthesis(reader)
    return value
  }
  if (token.kind !== 'word') throw unexpected(token.text)
  if (reader.take('(') === null) throw unexpected(token.text)
  const inputs = [readSum(reader, depth + 1)]
  while (reader.take(',') !== null) inputs.push(readSum(reader, depth + 1))
  closeParenthesis(reader)
  return callFunction(token.text, inputs)
}

function closeParenthesis(reader: Reader): void {
  if (reader.take(')') === null) throw new Fault('A closing parenthesis is missing.')
}

function combine(a: Value, b: Value, operation: (a: Rational, b: Rational) => Rational): Value {
  return { number: operation(a.number, b.number), exact: a.exact && b.exact }
}

/** The remainder that has the divisor's sign, so that `-1 mod 7` is 6. */
function modulo(a: Rational, b: Rational): Rational {
  return subtract(a, multiply(b, rational(floor(divide(a, b)))))
}

function guardDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new Fault(`The expression is nested more than ${MAX_DEPTH} deep. Split it up.`)
}

function unexpected(text: string): Fault {
  if (text === '') return new Fault('The expression ends too early. Finish it.')
  return new Fault(
    `"${text}" is not understood here. Use numbers, + - * / ^ % !, "mod", "of", parentheses, and the functions of this tool.`,
  )
}
