import type { Role } from './field-role.ts'
import type { Proposal } from './proposal.ts'
import { readArithmetic } from './read-arithmetic.ts'
import type { Fact } from './read-clause.ts'
import { factsOf } from './read-clause.ts'
import { readPlaces } from './read-places.ts'
import { asObject } from './read-schema.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { countryCode, currencyCode, languageCode, unitNames } from './vocabulary.ts'
import { areRelated } from './concepts.ts'

/** Values whose form or vocabulary is known: addresses, time zones, arithmetic, currencies, units, SQL, JSON. Null for other roles. */
export function proposeSpecial(field: Field, role: Role, reading: Reading): Proposal[] | null {
  switch (role) {
    case 'email':
    case 'url':
    case 'uuid':
      return factsOf(reading.clause, role).map((fact) => ofFact(fact, fact.text, 0.9, 0.4))
    case 'timezone':
      return proposeZones(field, reading)
    case 'expression':
      return proposeExpression(field, reading)
    case 'sql':
      return reading.clause.facts
        .filter((fact) => fact.kind === 'sql' || fact.kind === 'code')
        .map((fact) =>
          ofFact(
            fact,
            'text' in fact ? fact.text : '',
            fact.kind === 'sql' ? 0.95 : 0.6,
            fact.kind === 'sql' ? 1.2 : 0.2,
          ),
        )
    case 'json':
      return proposeJson(field, reading)
    case 'path':
      return proposePaths(field, reading)
    case 'currency':
      return proposeVocabulary(field, reading, 3, (text) => currencyCode(text), true)
    case 'language':
      return proposeLanguages(field, reading)
    case 'country':
      return proposeVocabulary(field, reading, 4, (text) => countryCode(text), wantsCode(field))
    case 'unit':
      return proposeUnits(field, reading)
    default:
      return null
  }
}

function ofFact(fact: Fact, value: unknown, score: number, bonus: number): Proposal {
  return { value, start: fact.start, end: fact.end, score, bonus }
}

function proposeZones(field: Field, { clause }: Reading): Proposal[] {
  const condition = /^\s*(?:if|when|given|assuming|suppose)\b[^,?]*/iu.exec(clause.masked)?.[0].length ?? 0
  return readPlaces(clause.masked).map((place) => {
    // "If it is nine in London" tells from where, what follows to where.
    const turn = condition === 0 || originLike.test(field.name) === place.start < condition ? 0 : -0.3
    // Nobody speaks of where a time comes from without saying so.
    const unasked =
      condition === 0 && !field.required && originLike.test(field.name) && !isAfterFrom(clause.masked, place.start)
        ? -0.4
        : 0
    const score = direction(field, clause.masked, place.start, 0.85) + turn + unasked
    return { value: place.zone, start: place.start, end: place.end, score, bonus: 0.4 }
  })
}

function isAfterFrom(text: string, at: number): boolean {
  return /\bfrom\s+(?:the\s+)?$/iu.test(text.slice(Math.max(0, at - 20), at))
}

/** Exact tools differ in how they write powers: the field's own words decide. */
function proposeExpression(field: Field, { clause, toolText }: Reading): Proposal[] {
  const proposals: Proposal[] = []
  const told = `${field.text} ${toolText}`
  const write = (expression: string): string =>
    /\*\*/.test(told) && !/\^/.test(told) ? expression.replaceAll('^', '**') : expression
  for (const fact of clause.facts) {
    if (fact.kind !== 'quote' && fact.kind !== 'code') continue
    const expression = readArithmetic(fact.text)
    if (expression !== null) proposals.push(ofFact(fact, write(expression), 0.95, 1))
  }
  const expression = readArithmetic(clause.masked)
  const numbers = factsOf(clause, 'number')
  if (expression !== null) {
    const start = numbers[0]?.start ?? 0
    proposals.push({ value: write(expression), start, end: numbers.at(-1)?.end ?? start, score: 0.9, bonus: 0.9 })
  }
  return proposals
}

function proposeJson(field: Field, { clause }: Reading): Proposal[] {
  const wantsText = field.type === 'string'
  return clause.facts.flatMap((fact) => {
    if (fact.kind === 'json') return [ofFact(fact, wantsText ? fact.text : fact.value, 0.9, 0.5)]
    return fact.kind === 'quote' && wantsText ? [ofFact(fact, fact.text, 0.3, 0)] : []
  })
}

/** A path is written as such (`a.b[0]`, `$.a`, `/a/b`), or it is a key of the JSON beside it. */
function proposePaths(field: Field, { clause, toolText }: Reading): Proposal[] {
  const proposals: Proposal[] = []
  for (const fact of clause.facts) {
    if (fact.kind === 'code') proposals.push(ofFact(fact, fact.text, 0.85, 0.3))
    if (fact.kind === 'quote') proposals.push(ofFact(fact, fact.text, 0.6, 0.1))
  }
  const written =
    /(?<![\w.])(?:\$(?:[.[][\w\]['"*.-]+)+|\w+(?:(?:\.\w+)|\[[\d*]+\])+|(?:\/[\w~-]+)+|\.\w+(?:\.\w+|\[[\d*]*\])*)/gu
  for (const match of clause.masked.matchAll(written)) {
    proposals.push({ value: match[0], start: match.index, end: match.index + match[0].length, score: 0.8, bonus: 0.3 })
  }
  const told = `${field.text} ${toolText}`
  for (const fact of factsOf(clause, 'json')) {
    for (const word of clause.words) {
      const path = findKey(fact.value, word.text, 0)
      if (path === null) continue
      proposals.push({
        value: writePath(path, told),
        start: word.start,
        end: word.end,
        score: 0.55 + path.length / 100,
        bonus: 0.2,
      })
    }
  }
  return proposals
}

function findKey(value: unknown, key: string, depth: number): string[] | null {
  if (depth > 5 || typeof value !== 'object' || value === null) return null
  const entries = Object.entries(value)
  if (!Array.isArray(value) && entries.some(([name]) => name === key)) return [key]
  for (const [name, child] of entries) {
    const path = findKey(child, key, depth + 1)
    if (path !== null) return [name, ...path]
  }
  return null
}

function writePath(path: string[], told: string): string {
  if (/JSON ?Pointer/i.test(told)) return path.map((step) => `/${step}`).join('')
  const dotted = path.join('.')
  return /JSON ?Path|\$[.[]/i.test(told) ? `$.${dotted.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]')}` : dotted
}

/** Runs of up to three words that a vocabulary knows. */
function proposeVocabulary(
  field: Field,
  { clause }: Reading,
  span: number,
  codeOf: (text: string) => string | null,
  asCode: boolean,
): Proposal[] {
  const proposals: Proposal[] = []
  for (const [index, first] of clause.words.entries()) {
    for (let length = span; length > 0; length -= 1) {
      const last = clause.words[index + length - 1]
      if (last === undefined) continue
      const text = clause.masked.slice(first.start, last.end)
      // A code counts in capitals, so that "all" and "top" stay words.
      const code =
        text.length === 3 && text !== text.toUpperCase() && text !== 'yen' && text !== 'won' ? null : codeOf(text)
      if (code === null || proposals.some((other) => first.start < other.end && last.end > other.start)) continue
      const score = direction(field, clause.masked, first.start, 0.75) + amountBefore(field, clause.masked, first.start)
      proposals.push({ value: asCode ? code : text, start: first.start, end: last.end, score, bonus: 0.5 })
    }
  }
  for (const fact of factsOf(clause, 'number')) {
    if (fact.currency === null || codeOf('USD') !== 'USD') continue
    const score = originLike.test(fieldSays(field)) ? 0.9 : targetLike.test(fieldSays(field)) ? 0.4 : 0.7
    const sign = /^[\d.,]/u.test(clause.text.slice(fact.start)) ? fact.end : fact.start + 1
    proposals.push({
      value: fact.currency,
      start: sign === fact.end ? sign - 1 : fact.start,
      end: sign,
      score,
      bonus: 0.5,
    })
  }
  return proposals
}

/** What stands after a number is what it is given in: "90 euros" are from euros. */
function amountBefore(field: Field, text: string, start: number): number {
  if (!/\d\s?$/u.test(text.slice(0, start))) return 0
  if (originLike.test(field.name)) return 0.2
  return targetLike.test(field.name) ? -0.2 : 0
}

function proposeLanguages(field: Field, reading: Reading): Proposal[] {
  return proposeVocabulary(field, reading, 2, (text) => languageCode(text), wantsCode(field)).filter(
    // Language names are written with a capital, or follow a preposition.
    (proposal) =>
      /\p{Lu}/u.test(reading.clause.text[proposal.start] ?? '') ||
      /\b(?:in|into|to|from)\s$/iu.test(reading.clause.text.slice(0, proposal.start)),
  )
}

function wantsCode(field: Field): boolean {
  const sample = /(?:e\.g\.|such as|like|example:?)\s*[`"']?(?<value>\p{L}+)/iu.exec(field.text)?.groups?.['value']
  if (sample !== undefined && sample.length > 3) return false
  return (
    sample !== undefined ||
    /ISO|code/i.test(field.text) ||
    /code|^(?:\w+_)?lang$|locale/i.test(field.name) ||
    field.schema['maxLength'] === 2
  )
}

/** Units as the tool spells them, where it lists some; else as the person does. */
function proposeUnits(field: Field, { clause, toolText, fields }: Reading): Proposal[] {
  const told = `${field.text} ${toolText} ${fields.map((other) => `${other.text} ${JSON.stringify(asObject(other.schema)['enum'] ?? '')}`).join(' ')}`
  const proposals: Proposal[] = []
  const pattern = /(?<![\p{L}_])°?\p{L}+(?:\/\p{L}+)?|(?<=\d)°/gu
  for (const match of clause.masked.matchAll(pattern)) {
    const names = unitNames(match[0])
    if (
      names === null ||
      (match[0].length < 2 &&
        !/\d\s?°?$/u.test(clause.masked.slice(0, match.index)) &&
        !/\b(?:to|in|into)\s$/iu.test(clause.masked.slice(0, match.index)))
    )
      continue
    // "in" is an inch only directly after a number.
    if (match[0].toLowerCase() === 'in' && !/\d\s?$/u.test(clause.masked.slice(0, match.index))) continue
    const spelled = names.find((name) =>
      new RegExp(`(?<![\\p{L}\\d])${escapePattern(name)}(?![\\p{L}\\d])`, 'u').test(told),
    )
    const afterNumber = /(?:[\d.]|\b(?:an?|one|half|two|three|five|ten))\s*°?$/iu.test(
      clause.masked.slice(0, match.index),
    )
    const isSource = originLike.test(fieldSays(field))
    const score = direction(field, clause.masked, match.index, 0.7) + (afterNumber === isSource ? 0.2 : -0.2)
    proposals.push({
      value: spelled ?? match[0],
      start: match.index,
      end: match.index + match[0].length,
      score,
      bonus: 0.5,
    })
  }
  return proposals
}

const originLike = /from|source|origin|base|input|start/i
const targetLike = /(?:^|[\W_])to(?:[\W_]|$)|into|target|dest|quote|output|result|^to[A-Z]/i

function fieldSays(field: Field): string {
  if (originLike.test(field.name) || targetLike.test(field.name)) return field.name
  return `${field.name} ${field.text}`
}

/** Raises what follows "from" for a source and what follows "to" for a target, and lowers the opposite. */
function direction(field: Field, text: string, start: number, base: number): number {
  const before = /(\p{L}+)\s+(?:the\s+)?$/u.exec(text.slice(Math.max(0, start - 20), start))?.[1]?.toLowerCase() ?? ''
  const says = fieldSays(field)
  const isTarget = targetLike.test(field.name) || (targetLike.test(says) && !originLike.test(field.name))
  const isSource = !isTarget && originLike.test(says)
  if (/^(?:to|into|in|as)$/.test(before)) return base + (isTarget ? 0.15 : isSource ? -0.25 : 0)
  if (before === 'from') return base + (isSource ? 0.15 : isTarget ? -0.25 : 0)
  return base + (field.nameStems.some((part) => areRelated(part, before)) ? 0.05 : 0)
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`)
}
