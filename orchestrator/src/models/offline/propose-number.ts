import { findNamed, namesField } from './named-value.ts'
import type { Proposal } from './proposal.ts'
import { factsOf } from './read-clause.ts'
import type { NumberFact } from './read-numbers.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { currencyCode, durationRatio, unitNames } from './vocabulary.ts'
import { areRelated } from './concepts.ts'
import { contentStems, readWords } from './words.ts'

const upperNames = /max|limit|upper|most|highest|ceiling|under|below|until|^to$|^end|^stop|high$|less/i
const lowerNames = /min(?!ut)|lower|least|lowest|floor|over|above|^from$|^start|low$|greater/i
const upperWords =
  /(?:under|below|less than|at most|up to|max(?:imum)?(?: of)?|cheaper than|within|no more than|not more than|lower than|shorter than)\s*$/iu
const lowerWords =
  /(?:over|above|more than|at least|min(?:imum)?(?: of)?|no less than|higher than|longer than|greater than)\s*$/iu
const countNames =
  /count|cop(?:y|ies)|pieces|units|rounds|^n$|^k$|number|quantity|qty|limit|amount|size|times|how_?many|top|repeat|length|max_?results|nights|people/i

/** Numbers of the clause, by how well what stands beside them fits the field. */
export function proposeNumbers(field: Field, reading: Reading): Proposal[] {
  const facts = factsOf(reading.clause, 'number')
  const named = findNamed(reading.clause, field, new Set())
  const proposals: Proposal[] = []
  for (const [index, fact] of facts.entries()) {
    const unit = unitAfter(fact, reading)
    const value = inFieldUnits(fact.value, unit, field)
    if (!isAllowed(value, field)) continue
    const isNamed = named !== null && fact.start >= named.valueStart && fact.start - named.valueStart < 4
    let score = 0.3 + (isNamed ? 0.6 : besides(fact, field, reading)) + compares(fact, index, facts, field, reading)
    if (fact.currency !== null)
      score += /price|amount|cost|budget|money|sum|total|fee|salary/i.test(field.name) ? 0.2 : -0.1
    if (fact.spelled) score -= 0.05
    if (value !== fact.value) score += 0.35
    else if (unit !== null && unitNames(unit) !== null && mentions(field, unit)) score += 0.35
    proposals.push({
      value,
      start: cueStart(fact, isNamed ? named.start : null, reading),
      end: unitEnd(fact, field, reading),
      score: Math.min(score, 1.5),
      bonus: score > 0.5 ? 0.25 : 0.1,
    })
  }
  return proposals
}

function isAllowed(value: number, field: Field): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = field.schema
  if (field.type === 'integer' && !Number.isInteger(value)) return false
  if (typeof multipleOf === 'number' && Number.isInteger(multipleOf) && value % multipleOf !== 0) return false
  if (typeof minimum === 'number' && value < minimum) return false
  if (typeof maximum === 'number' && value > maximum) return false
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false
  return !(typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
}

/** The word that stands directly after the number, as in "5 km" or "3-day". */
function unitAfter(fact: NumberFact, { clause }: Reading): string | null {
  return /^[\s-]?°?\s?(\p{L}+)/u.exec(clause.masked.slice(fact.end))?.[1] ?? null
}

/** Two minutes are 120 for a field that counts seconds. */
function inFieldUnits(value: number, unit: string | null, field: Field): number {
  if (unit === null) return value
  const told = [...readWords(`${field.name} ${field.text}`)].map((word) => word.text)
  const ratios = told.map((word) => (word.length > 1 ? durationRatio(unit, word) : null))
  const own = ratios.find((ratio) => ratio !== null) ?? 1
  return Number((value * own).toPrecision(12))
}

function mentions(field: Field, unit: string): boolean {
  const names = unitNames(unit) ?? []
  return readWords(`${field.name} ${field.text}`).some(
    (word) => word.text.length > 1 && names.includes(word.text.toLowerCase()),
  )
}

/** The field without the words other fields share: of `add_days` and `add_weeks`, "add" tells nothing. */
function ownNames(field: Field, fields: readonly Field[]): Pick<Field, 'nameStems'> {
  const others = fields.filter((other) => other !== field)
  return { nameStems: field.nameStems.filter((part) => !others.some((other) => other.nameStems.includes(part))) }
}

/** How far the words around the number are those of the field. */
function besides(fact: NumberFact, field: Field, { clause, fields, toolStems, aboutStems }: Reading): number {
  const after = clause.words.filter((word) => word.start >= fact.end).slice(0, 3)
  const before = clause.words.filter((word) => word.end <= fact.start).slice(-2)
  const next = after[0]
  const own = ownNames(field, fields)
  if (next !== undefined && namesField(next.text, own)) return 0.55
  if (
    after[1] !== undefined &&
    !isNumberBetween(clause.masked, fact.end, after[1].start) &&
    namesField(after[1].text, field)
  )
    return 0.4
  if (before.some((word) => namesField(word.text, own))) return 0.4
  const told = contentStems(field.text)
  if (next !== undefined && told.has(next.stem) && !toolStems.has(next.stem)) return 0.35
  if (next !== undefined && field.nameStems.some((part) => areRelated(part, next.stem))) return 0.25
  const counted =
    next !== undefined && /(?:s|dice|people|children|men)$/u.test(next.text) && unitNames(next.text) === null
  const plural = counted || (after[1] !== undefined && /[^s]s$/u.test(after[1].text) && aboutStems.has(after[1].stem))
  return plural && countNames.test(field.name) ? 0.35 : 0
}

function isNumberBetween(text: string, from: number, to: number): boolean {
  return /[\d,;]/u.test(text.slice(from, to))
}

/** "under 50" is a maximum, "between 1 and 6" a minimum and a maximum. */
function compares(fact: NumberFact, index: number, facts: NumberFact[], field: Field, { clause }: Reading): number {
  const upper = upperNames.test(field.name)
  const lower = lowerNames.test(field.name)
  const before = clause.masked.slice(0, fact.start)
  const previous = facts[index - 1]
  const next = facts[index + 1]
  const bridge = (from: number, to: number): boolean =>
    /^\s*(?:and|to|until|-|–|—|through)\s*$/iu.test(clause.masked.slice(from, to))
  const closesRange = previous !== undefined && bridge(previous.end, fact.start) && opensRange(clause.masked, previous)
  const startsRange = next !== undefined && bridge(fact.end, next.start) && opensRange(clause.masked, fact)
  if (upperWords.test(before) || closesRange) return upper ? 0.45 : lower ? -0.4 : -0.1
  if (lowerWords.test(before) || startsRange) return lower ? 0.45 : upper ? -0.4 : -0.1
  return 0
}

function opensRange(text: string, fact: NumberFact): boolean {
  return (
    /(?:between|from|range(?: of)?)\s*$|^\d/iu.test(text.slice(0, fact.start)) ||
    /^\s*[-–—]\s*\d/u.test(text.slice(fact.end))
  )
}

/** The place ends after the unit, unless the unit is a value of its own; a leading sign is left to the currency. */
function unitEnd(fact: NumberFact, field: Field, { clause, fields }: Reading): number {
  if (fields.some((other) => /unit|currency/i.test(`${other.name} ${other.text}`))) {
    return /[€£$]$/u.test(clause.masked.slice(0, fact.end)) ? fact.end - 1 : fact.end
  }
  const match = /^[\s-]?°?\s?(\p{L}+)/u.exec(clause.masked.slice(fact.end))
  const word = match?.[1] ?? ''
  const belongs = unitNames(word) !== null || currencyCode(word) !== null || namesField(word, field)
  return match !== null && word !== '' && !/^(?:in|a|at|all)$/iu.test(word) && belongs
    ? fact.end + match[0].length
    : fact.end
}

/** Takes the comparing words into the place of the value, so that they are not read as anything else. */
function cueStart(fact: NumberFact, named: number | null, { clause }: Reading): number {
  const before = clause.masked.slice(0, fact.start)
  const cue = upperWords.exec(before)?.index ?? lowerWords.exec(before)?.index ?? fact.start
  const sign = /^[$€£¥₹₩₽]/u.test(clause.masked.slice(fact.start)) ? 1 : 0
  return Math.min(cue === fact.start ? cue + sign : cue, named ?? fact.start + sign)
}
