import { roleOf } from './field-role.ts'
import { findNamed } from './named-value.ts'
import { phraseFrom, phrasesAfter } from './phrases.ts'
import { proposeChoice } from './propose-choice.ts'
import { proposeDates } from './propose-date.ts'
import { proposeSpecial } from './propose-special.ts'
import { overlaps } from './proposal.ts'
import type { Proposal } from './proposal.ts'
import { factsOf } from './read-clause.ts'
import type { Clause } from './read-clause.ts'
import { asObject, readSchema } from './read-schema.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'

/** How one object is filled from a piece of text; handed in, because objects hold lists that hold objects. */
export type FillObject = (fields: Field[], text: string) => Record<string, unknown> | null

/** Lists: JSON as written, all numbers, all addresses, all named choices, or words joined by commas and "and". */
export function proposeList(field: Field, reading: Reading, fillObject: FillObject): Proposal[] {
  const json = factsOf(reading.clause, 'json').filter((fact) => Array.isArray(fact.value))
  if (json.length > 0)
    return json.map((fact) => ({ value: fact.value, start: fact.start, end: fact.end, score: 0.95, bonus: 0.5 }))
  const item = itemField(field)
  if (item.type === 'number' || item.type === 'integer') return numbers(field, item, reading)
  if (item.choices !== null) return together(disjoint(proposeChoice(item, reading)))
  if (item.type === 'object') return objects(field, item, reading, fillObject)
  const role = roleOf(item)
  if (role === 'date' || role === 'time' || role === 'date-time')
    return together(disjoint(proposeDates(item, role, reading)))
  const special = proposeSpecial(item, role, reading)
  if (special !== null) return together(disjoint(special))
  return words(field, reading)
}

function itemField(field: Field): Field {
  const schema = asObject(field.schema['items'])
  const [read] = readSchema({ type: 'object', properties: { [field.name]: schema } })
  if (read !== undefined && !Object.hasOwn(schema, 'properties')) return { ...read, text: `${field.text} ${read.text}` }
  return { ...field, schema, type: 'object', choices: null }
}

function numbers(field: Field, item: Field, { clause }: Reading): Proposal[] {
  const all = factsOf(clause, 'number').filter((fact) => item.type !== 'integer' || Number.isInteger(fact.value))
  const named = findNamed(clause, field, new Set())
  const run = named === null ? all : all.filter((fact) => fact.start >= named.valueStart)
  const [first] = run
  const last = run.at(-1)
  if (first === undefined || last === undefined) return []
  const score = run.length > 1 || named !== null ? 0.7 : 0.35
  return [
    {
      value: run.map((fact) => fact.value),
      start: first.start,
      end: last.end,
      score,
      bonus: run.length > 1 ? 0.5 : 0.1,
    },
  ]
}

function disjoint(proposals: Proposal[]): Proposal[] {
  const kept: Proposal[] = []
  for (const proposal of proposals.toSorted((one, other) => other.score - one.score)) {
    if (!kept.some((other) => overlaps(other, proposal))) kept.push(proposal)
  }
  return kept.toSorted((one, other) => one.start - other.start)
}

function together(parts: Proposal[]): Proposal[] {
  const [first] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return []
  const value = [...new Set(parts.map((part) => part.value))]
  return [{ value, start: first.start, end: last.end, score: first.score, bonus: first.bonus }]
}

const listWords = ['and', 'or']

function words(field: Field, { clause, toolStems }: Reading): Proposal[] {
  const proposals: Proposal[] = []
  const quotes = factsOf(clause, 'quote')
  const [first] = quotes
  const last = quotes.at(-1)
  if (first !== undefined && last !== undefined) {
    proposals.push({
      value: quotes.map((quote) => quote.text),
      start: first.start,
      end: last.end,
      score: 0.75,
      bonus: 0.2,
    })
  }
  const options = { list: true, through: listWords }
  const named = findNamed(clause, field, toolStems)
  const namedPhrase = named === null ? null : phraseFrom(clause, named.wordIndex, options)
  if (named !== null && namedPhrase !== null) {
    proposals.push({
      value: splitList(namedPhrase.text),
      start: named.start,
      end: namedPhrase.end,
      score: named.marked ? 0.92 : 0.85,
      bonus: 0.3,
    })
  }
  ;['with', 'using', 'containing', 'of', 'from', 'for', 'to', 'in', 'have', 'between', 'among'].forEach(
    (preposition, rank) => {
      for (const phrase of phrasesAfter(clause, [preposition], options)) {
        if (/^\d/u.test(phrase.text)) continue
        const start = phrase.start - preposition.length - 1
        proposals.push({
          value: splitList(phrase.text),
          start,
          end: phrase.end,
          score: (field.required ? 0.6 : splitList(phrase.text).length > 1 ? 0.68 : 0.45) - rank * 0.03,
          bonus: 0.1,
        })
      }
    },
  )
  return proposals
}

function splitList(text: string): string[] {
  return text
    .split(/\s*(?:,\s*(?:and|or)\s+|,|;|&|\s+and\s+|\s+or\s+|\n)\s*/iu)
    .map((part) => part.replace(/^(?:an?|the|some|my)\s+/iu, '').trim())
    .filter((part) => part !== '')
}

/** "2 apples and 3 bananas": each part of the list is read as an object of its own. */
function objects(field: Field, item: Field, { clause, toolStems }: Reading, fillObject: FillObject): Proposal[] {
  const fields = readSchema(item.schema)
  const named = findNamed(clause, field, toolStems)
  const span = listSpan(clause, named?.valueStart ?? null)
  if (span === null) return []
  const parts = splitList(clause.text.slice(span.start, span.end)).map((part) => fillObject(fields, part))
  if (parts.length === 0 || parts.includes(null)) return []
  return [
    { value: parts, start: named?.start ?? span.start, end: span.end, score: named === null ? 0.6 : 0.8, bonus: 0.4 },
  ]
}

/** From where the list is named, or from its first number, to the next preposition. */
function listSpan(clause: Clause, named: number | null): { start: number; end: number } | null {
  const from = named ?? factsOf(clause, 'number')[0]?.start ?? factsOf(clause, 'quote')[0]?.start
  if (from === undefined) return null
  const stop = clause.masked.slice(from).search(/\s(?:to|for|from|in|into|on|by|please)\s|[.?!;](?:\s|$)/iu)
  return { start: from, end: stop < 0 ? clause.text.length : from + stop }
}
