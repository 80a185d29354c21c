import { roleOf } from './field-role.ts'
import { proposeBoolean } from './propose-boolean.ts'
import { proposeChoice } from './propose-choice.ts'
import { proposeDates } from './propose-date.ts'
import { proposeList } from './propose-list.ts'
import type { FillObject } from './propose-list.ts'
import { proposeNumbers } from './propose-number.ts'
import { proposeSpecial } from './propose-special.ts'
import { proposeText, proposeTokens } from './propose-text.ts'
import type { Proposal } from './proposal.ts'
import { factsOf } from './read-clause.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'

/** Everything in the clause that could be the value of this field. */
export function propose(field: Field, reading: Reading, fillObject: FillObject): Proposal[] {
  const proposals = field.choices === null ? byType(field, reading, fillObject) : proposeChoice(field, reading)
  return proposals.filter((proposal) => proposal.end > proposal.start && isAccepted(proposal.value, field))
}

function byType(field: Field, reading: Reading, fillObject: FillObject): Proposal[] {
  switch (field.type) {
    case 'number':
    case 'integer':
      return proposeNumbers(field, reading)
    case 'boolean':
      return proposeBoolean(field, reading)
    case 'array':
      return proposeList(field, reading, fillObject)
    case 'object':
      return proposeObject(reading)
    case 'string':
      return proposeString(field, reading)
    case 'any':
      return [...proposeAny(reading), ...proposeNumbers(field, reading), ...proposeString(field, reading)]
  }
}

function proposeString(field: Field, reading: Reading): Proposal[] {
  const role = roleOf(field)
  if (role === 'date' || role === 'time' || role === 'date-time') return proposeDates(field, role, reading)
  if (role === 'symbol' || role === 'id') return proposeTokens(field, role, reading)
  const special = proposeSpecial(field, role, reading)
  if (special !== null) return special
  const text = proposeText(field, role, reading)
  if (role !== 'generic') return text
  const tokens = proposeTokens(field, 'id', reading).filter((token) => /\d/u.test(String(token.value)))
  return [...text, ...tokens.map((token) => ({ ...token, bonus: token.bonus / 2 }))]
}

function proposeAny({ clause }: Reading): Proposal[] {
  return factsOf(clause, 'json').map((fact) => ({
    value: fact.value,
    start: fact.start,
    end: fact.end,
    score: 0.9,
    bonus: 0.5,
  }))
}

/** An object of no fixed shape: JSON as written, or `key=value` pairs. */
function proposeObject({ clause }: Reading): Proposal[] {
  const json = factsOf(clause, 'json').filter((fact) => !Array.isArray(fact.value))
  if (json.length > 0)
    return json.map((fact) => ({ value: fact.value, start: fact.start, end: fact.end, score: 0.9, bonus: 0.5 }))
  const pairs = [...clause.text.matchAll(/\b(?<key>\w+)\s?[=:]\s?(?<value>"[^"]*"|[^\s,;]+)/gu)]
  const [first] = pairs
  const last = pairs.at(-1)
  if (first === undefined || last === undefined) return []
  const value = Object.fromEntries(
    pairs.map((pair) => [pair.groups?.['key'] ?? '', scalar(pair.groups?.['value'] ?? '')]),
  )
  return [{ value, start: first.index, end: last.index + last[0].length, score: 0.65, bonus: 0.3 }]
}

function scalar(text: string): unknown {
  if (/^-?\d+(?:\.\d+)?$/u.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text.replace(/^"|"$/gu, '')
}

function isAccepted(value: unknown, field: Field): boolean {
  if (typeof value !== 'string' || field.choices !== null) return true
  const { pattern, minLength, maxLength } = field.schema
  if (typeof minLength === 'number' && value.length < minLength) return false
  if (typeof maxLength === 'number' && value.length > maxLength) return false
  return typeof pattern !== 'string' || matches(pattern, value)
}

/** A pattern comes from a tool's server: one that could backtrack without end is left to that server to apply. */
function matches(pattern: string, value: string): boolean {
  const repeats = pattern.match(/[*+{]/gu)?.length ?? 0
  if (value.length > 200 || (repeats > 1 && /[()]/u.test(pattern)) || repeats > 4) return true
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}
