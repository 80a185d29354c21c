import { Fault } from './fault.ts'

/** Where one step of a path leads from a value. */
type Step =
  | { kind: 'name'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'slice'; from: number | null; to: number | null }
  | { kind: 'every' }
  | { kind: 'filter'; path: string[]; operator: string; operand: unknown }
  | { kind: 'descend' }

const MAX_STEPS = 50
// Values looked at in all; bounds the work of `..` and `*` however they are nested.
const MAX_VISITS = 200_000

const STEPS: [RegExp, (match: RegExpExecArray) => Step[]][] = [
  [/^\.\.(?=[[*\p{L}_$])/u, () => [{ kind: 'descend' }]],
  [/^\.?\*/, () => [{ kind: 'every' }]],
  [/^\.?([\p{L}_$][\p{L}\p{N}_$-]*)/u, (match) => [{ kind: 'name', name: match[1] ?? '' }]],
  [/^\[\s*\*\s*\]/, () => [{ kind: 'every' }]],
  [/^\[\s*(-?\d{1,9})\s*\]/, (match) => [{ kind: 'index', index: Number(match[1]) }]],
  [
    /^\[\s*(-?\d{1,9})?\s*:\s*(-?\d{1,9})?\s*\]/,
    (match) => [{ kind: 'slice', from: toNumber(match[1]), to: toNumber(match[2]) }],
  ],
  [/^\[\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\]/, (match) => [{ kind: 'name', name: unquote(match[1] ?? '') }]],
  [
    /^\[\s*\?\s*\(?\s*@((?:\.[\p{L}_$][\p{L}\p{N}_$-]*)*)\s*(?:(==|!=|<=|>=|<|>)\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?[\d.]+(?:e[+-]?\d+)?|true|false|null)\s*)?\)?\s*\]/iu,
    (match) => [
      {
        kind: 'filter',
        path: (match[1] ?? '').split('.').slice(1),
        operator: match[2] ?? 'exists',
        operand: toLiteral(match[3]),
      },
    ],
  ],
]

/** The values a path selects, in document order. A subset of JSONPath (RFC 9535). Throws a `Fault`. */
export function selectPath(document: unknown, path: string): unknown[] {
  let visits = 0
  const visit = (values: unknown[]): unknown[] => {
    visits += values.length
    if (visits > MAX_VISITS)
      throw new Fault('The path looks at too many values. Make it narrower, with less `..` and `*`.')
    return values
  }
  let selected: unknown[] = [document]
  for (const step of parsePath(path)) {
    const next: unknown[] = []
    for (const value of selected) {
      for (const found of visit(follow(step, value, visit))) next.push(found)
    }
    selected = next
  }
  return selected
}

function parsePath(path: string): Step[] {
  const steps: Step[] = []
  let rest = path.trim().replace(/^\$/, '')
  if (rest.length === path.trim().length && !/^[\p{L}_[*]/u.test(rest)) throw misread(path)
  while (rest !== '') {
    const [read] = STEPS.flatMap(([pattern, toSteps]) => {
      const match = pattern.exec(rest)
      return match === null ? [] : [{ length: match[0].length, steps: toSteps(match) }]
    })
    if (read === undefined) throw misread(rest)
    steps.push(...read.steps)
    rest = rest.slice(read.length)
  }
  if (steps.length > MAX_STEPS) throw new Fault(`The path has more than ${MAX_STEPS} steps. Shorten it.`)
  return steps
}

function follow(step: Step, value: unknown, visit: (values: unknown[]) => unknown[]): unknown[] {
  switch (step.kind) {
    case 'name':
      return member(value, step.name)
    case 'index':
      return Array.isArray(value) && isWithin(value, step.index) ? [value.at(step.index)] : []
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from ?? 0, step.to ?? undefined) : []
    case 'every':
      return children(value)
    case 'filter':
      return children(value).filter((child) => passes(child, step))
    case 'descend':
      return withDescendants(value, visit)
  }
}

/** Own members only: `constructor` of a document without one selects nothing. */
function member(value: unknown, name: string): unknown[] {
  return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []
}

/** The elements of an array, the members of an object; nothing for anything else. */
export function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

function withDescendants(root: unknown, visit: (values: unknown[]) => unknown[]): unknown[] {
  // A list of its own instead of recursion: a document nested deeply must not exhaust the stack.
  const found: unknown[] = []
  const waiting = [root]
  while (waiting.length > 0) {
    const value = waiting.pop()
    found.push(value)
    for (const child of visit(children(value)).toReversed()) waiting.push(child)
  }
  return found
}

function passes(child: unknown, { path, operator, operand }: Extract<Step, { kind: 'filter' }>): boolean {
  let reached = [child]
  for (const name of path) reached = reached.flatMap((value) => member(value, name))
  if (operator === 'exists' || reached.length === 0) return reached.length > 0 || operator === '!='
  const [left] = reached
  if (operator === '==') return left === operand
  if (operator === '!=') return left !== operand
  const order = compare(left, operand)
  if (order === null) return false
  return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0
}

/** Numbers with numbers, texts with texts; null for what has no order. */
function compare(a: unknown, b: unknown): number | null {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return null
}

function isWithin(list: unknown[], index: number): boolean {
  return index < list.length && index >= -list.length
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number(text)
}

function toLiteral(text: string | undefined): unknown {
  if (text === undefined) return undefined
  if (text.startsWith("'") || text.startsWith('"')) return unquote(text)
  try {
    return JSON.parse(text.toLowerCase())
  } catch {
    throw misread(text)
  }
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gsu, '$1')
}

function misread(rest: string): Fault {
  return new Fault(
    `The path is not understood at "${rest.slice(0, 40)}". Use $.name, ['name'], [0], [-1], [1:3], [*], ..name and [?(@.price < 10)].`,
  )
}
