import { readDates } from './read-dates.ts'
import type { DateFact } from './read-dates.ts'
import { readNumbers } from './read-numbers.ts'
import type { NumberFact } from './read-numbers.ts'
import { readWords } from './words.ts'
import type { Word } from './words.ts'

/** Something in a clause that can be told by its form alone. */
export type Fact =
  | NumberFact
  | DateFact
  | { kind: 'json'; value: unknown; text: string; start: number; end: number }
  | TextFact

type TextKind = 'quote' | 'code' | 'sql' | 'url' | 'email' | 'uuid'
type TextFact = { [K in TextKind]: { kind: K; text: string; start: number; end: number } }[TextKind]

export type FactKind = Fact['kind']

/** A piece of a question: its text, and what can be told of it without knowing any tool. */
export interface Clause {
  text: string
  /** The text with quotes, code, JSON and addresses blanked, letter for letter, so that places in both agree. */
  masked: string
  words: Word[]
  facts: Fact[]
  today: Date
}

/** What stands in `masked` where something opaque stood. */
export const blank = '\uFFFC'

/** Longer texts are read to here; what a person pastes in quotes or code counts too. */
const maxLength = 20_000
/** Of dates and of numbers, the first so many are looked at. */
const maxFacts = 60

export function readClause(source: string, today: Date): Clause {
  const text = source.slice(0, maxLength)
  const facts: Fact[] = []
  let masked = text
  const add = (fact: Fact): void => {
    facts.push(fact)
    masked = masked.slice(0, fact.start) + blank.repeat(fact.end - fact.start) + masked.slice(fact.end)
  }
  for (const fact of readCode(masked)) add(fact)
  for (const fact of readInlineJson(masked)) add(fact)
  for (const fact of readQuotes(masked)) add(fact)
  for (const fact of readSql(masked)) add(fact)
  for (const [kind, pattern] of addresses) {
    for (const match of masked.matchAll(pattern)) {
      const value = match[0].replace(/[.,;:!?)]+$/u, '')
      add({ kind, text: value, start: match.index, end: match.index + value.length })
    }
  }
  const dates = readDates(masked, today)
  const withoutDates = dates.reduce(
    (rest, date) => rest.slice(0, date.start) + blank.repeat(date.end - date.start) + rest.slice(date.end),
    masked,
  )
  facts.push(...dates.slice(0, maxFacts), ...readNumbers(withoutDates).slice(0, maxFacts))
  facts.sort((one, other) => one.start - other.start)
  return { text, masked, words: readWords(masked), facts, today }
}

const addresses: ['url' | 'email' | 'uuid', RegExp][] = [
  ['url', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s<>"'`]+/giu],
  ['email', /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu],
  ['uuid', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/giu],
]

function readCode(text: string): Fact[] {
  const facts: Fact[] = []
  for (const match of text.matchAll(/```(?<language>[\w+-]*)[^\S\n]*\n(?<fenced>[\s\S]*?)```|`(?<inline>[^`\n]+)`/gu)) {
    const code = (match.groups?.['fenced'] ?? match.groups?.['inline'] ?? '').trim()
    const place = { start: match.index, end: match.index + match[0].length }
    const value = parseJson(code)
    const isSql = match.groups?.['language']?.toLowerCase() === 'sql' || sqlStart.test(code)
    if (value !== undefined && typeof value === 'object') facts.push({ kind: 'json', value, text: code, ...place })
    else facts.push({ kind: isSql ? 'sql' : 'code', text: code, ...place })
  }
  return facts
}

/** JSON objects and arrays written into the sentence itself. */
function readInlineJson(text: string): Fact[] {
  const facts: Fact[] = []
  let from = 0
  // Each attempt reads to a matching bracket, so a text of brackets alone is bounded by the attempts.
  for (let attempts = 0; attempts < 50; attempts += 1) {
    // A bracket directly after a name is an index, as in `items[0]`.
    const start = text.slice(from).search(/(?<![\w.)\]])\[|\{/u) + from
    if (start < from) break
    const end = closingBracket(text, start)
    const value = end === null ? undefined : parseJson(text.slice(start, end))
    if (end === null || value === undefined) from = start + 1
    else {
      facts.push({ kind: 'json', value, text: text.slice(start, end), start, end })
      from = end
    }
  }
  return facts
}

function closingBracket(text: string, start: number): number | null {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at]
    if (inString && letter === '\\') at += 1
    else if (letter === '"') inString = !inString
    else if (!inString && (letter === '{' || letter === '[')) depth += 1
    else if (!inString && (letter === '}' || letter === ']')) depth -= 1
    if (depth === 0) return at + 1
  }
  return null
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/u.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readQuotes(text: string): Fact[] {
  const facts: Fact[] = []
  const pattern =
    /"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|(?<![\p{L}\p{N}])'([^'\n]+(?:'\p{L}[^'\n]*)*)'(?![\p{L}\p{N}])|‘([^’\n]+)’(?!\p{L})/gu
  for (const match of text.matchAll(pattern)) {
    const quoted = match.slice(1).find((group) => group !== undefined) ?? ''
    facts.push({ kind: 'quote', text: quoted, start: match.index, end: match.index + match[0].length })
  }
  return facts
}

const sqlStart =
  /^(?:select\s[\s\S]+|with\s+\w+\s+as\s*\(|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|explain\s+select\s)/iu

function readSql(text: string): Fact[] {
  const match =
    /\b(?:select\s+[^.?!]*?\sfrom\s+\w|select\s+\d|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s+\w|with\s+\w+\s+as\s*\()[\s\S]*$/iu.exec(
      text,
    )
  if (match === null) return []
  const sql = match[0].trimEnd().replace(/[?]$/u, '')
  return [{ kind: 'sql', text: sql, start: match.index, end: match.index + sql.length }]
}

/** Facts of one kind. */
export function factsOf<K extends FactKind>(clause: Clause, kind: K): Extract<Fact, { kind: K }>[] {
  return clause.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)
}
