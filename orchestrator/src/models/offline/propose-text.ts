import type { Role } from './field-role.ts'
import { findNamed, textAt } from './named-value.ts'
import { phraseFrom, phrasesAfter, properNames } from './phrases.ts'
import type { Phrase } from './phrases.ts'
import type { Proposal } from './proposal.ts'
import { factsOf } from './read-clause.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { contentStems } from './words.ts'

const originNames = /origin|from|source|depart|start|pickup|sender/i
const targetNames = /dest|^to|target|arriv|^end|dropoff|receiver|recipient/i

/** Prepositions that announce a value of this kind, the likeliest first. */
function prepositionsFor(field: Field, role: Role): string[] {
  if (role !== 'person' && originNames.test(field.name)) return ['from']
  if (role !== 'person' && targetNames.test(field.name)) return ['to', 'into']
  switch (role) {
    case 'place':
      return ['in', 'at', 'near', 'for', 'around', 'of']
    case 'person':
      return /artist|author|composer|director|writer|creator|editor/i.test(field.name)
        ? ['by', 'of', 'from']
        : ['to', 'with', 'for', 'by']
    case 'title':
      return ['called', 'named', 'titled', 'entitled', 'about']
    case 'word':
    case 'query':
    case 'generic':
      return ['of', 'for', 'about', 'at', 'on', 'in', 'with', 'to']
    default:
      return []
  }
}

/** Values for a plain text field: what is named, quoted, or follows a preposition that suits it. */
export function proposeText(field: Field, role: Role, reading: Reading): Proposal[] {
  const { clause } = reading
  const long = role === 'content'
  const proposals: Proposal[] = []
  const add = (phrase: Phrase | null, score: number, bonus: number, from = phrase?.start ?? 0): void => {
    if (phrase !== null) proposals.push({ value: phrase.text, start: from, end: phrase.end, score, bonus })
  }
  const named = findNamed(clause, field, reading.toolStems)
  if (named !== null) {
    const quote = clause.facts.find(
      (fact) => fact.start >= named.valueStart && fact.start - named.valueStart < 2 && isText(fact),
    )
    if (quote !== undefined && 'text' in quote) add(quote, 0.96, 0.3, named.start)
    else
      add(
        textAt(clause, named, endsFor(field, reading), long),
        named.marked ? 0.93 : 0.7,
        named.marked ? 0.3 : 0.15,
        named.start,
      )
  }
  for (const fact of clause.facts) {
    if (!isText(fact) || !('text' in fact)) continue
    add(fact, long ? 0.75 : quotable.has(role) ? 0.7 : 0.45, 0.2)
  }
  if (long) addSaying(reading, add)
  const wide =
    field.required ||
    role === 'person' ||
    /city|location|place|room|venue|where|assignee|title|^name$|subject/i.test(field.name)
  const base = wide ? 0.56 : 0.4
  prepositionsFor(field, role).forEach((preposition, rank) => {
    const isAddress = /address|street/i.test(field.name)
    const options = role === 'title' ? { through: ['of', 'for'] } : isAddress ? { list: true } : {}
    for (const phrase of phrasesAfter(clause, [preposition], options)) {
      if ((/^\d/u.test(phrase.text) && !isAddress) || isWithinDate(phrase.start, reading)) continue
      const capital = /^\p{Lu}/u.test(phrase.text) && (role === 'place' || role === 'person') ? 0.1 : 0
      if (speaksOfTool(phrase.text, reading)) continue
      add(phrase, base - rank * 0.03 + capital, 0.05, cueBefore(phrase.start, clause.text))
    }
  })
  if (originNames.test(field.name) || targetNames.test(field.name)) addPair(field, reading, add)
  if (role === 'place' || role === 'person') for (const name of properNames(clause)) add(name, 0.3, 0)
  return proposals
}

function isWithinDate(at: number, { clause }: Reading): boolean {
  return factsOf(clause, 'date').some((fact) => at >= fact.start && at < fact.end)
}

/** "In the product catalogue" says where to ask, not what for. */
function speaksOfTool(text: string, { aboutStems }: Reading): boolean {
  const stems = [...contentStems(text)]
  return stems.every((part) => aboutStems.has(part))
}

type Add = (phrase: Phrase | null, score: number, bonus: number, from?: number) => void

const quotable: ReadonlySet<Role> = new Set(['title', 'query', 'word', 'generic', 'content'])

function isText(fact: { kind: string }): boolean {
  return fact.kind === 'quote' || fact.kind === 'code'
}

/** "… saying that we ship on Friday": all that is left of the sentence. */
function addSaying({ clause }: Reading, add: Add): void {
  const cue = /\b(?:saying|says|that says|telling (?:them|him|her)|with the text|reading)(?:\s+that)?\s*:?\s*/iu.exec(
    clause.masked,
  )
  if (cue !== null) {
    const start = cue.index + cue[0].length
    const text = clause.text.slice(start).trimEnd()
    if (text !== '') add({ text, start, end: start + text.length }, 0.85, 0.2, cue.index)
  }
  // A colon opens the text a person hands over, unless it names another field.
  const colon = /:\s+(?=\S)/u.exec(clause.masked)
  if (colon === null) return
  const start = colon.index + colon[0].length
  const text = clause.text.slice(start).trimEnd()
  if (text !== '' && !clause.facts.some((fact) => fact.start === start))
    add({ text, start, end: start + text.length }, 0.72, 0.15, colon.index)
}

/** "London to Madrid" without a "from". */
function addPair(field: Field, { clause }: Reading, add: Add): void {
  const pair =
    /(?<one>\p{Lu}[\p{L}'’-]*(?:\s\p{Lu}[\p{L}'’-]*)*)\s+(?:to|-|–|→|->)\s+(?<other>\p{Lu}[\p{L}'’-]*(?:\s\p{Lu}[\p{L}'’-]*)*)/u.exec(
      clause.masked,
    )
  if (pair?.groups === undefined) return
  const { one = '', other = '' } = pair.groups
  const otherStart = pair.index + pair[0].length - other.length
  if (originNames.test(field.name)) add({ text: one, start: pair.index, end: pair.index + one.length }, 0.5, 0.05)
  else add({ text: other, start: otherStart, end: otherStart + other.length }, 0.5, 0.05)
}

/** Where the clause names the other fields with a colon: a value ends there. */
function endsFor(field: Field, reading: Reading): number[] {
  return reading.fields.flatMap((other) => {
    if (other === field) return []
    const named = findNamed(reading.clause, other, new Set())
    return named?.marked === true ? [named.start] : []
  })
}

/** The preposition before a value belongs to its place, so that it does not stay behind in what is left. */
function cueBefore(start: number, text: string): number {
  return (
    start -
    (/\b\p{L}+\s+(?:(?:the|an?|my|our)\s+)?$/iu.exec(text.slice(Math.max(0, start - 24), start))?.[0].length ?? 0)
  )
}

/** A single token of a certain form: a chess move, a ticker, an order number. */
export function proposeTokens(field: Field, role: Role, reading: Reading): Proposal[] {
  const { clause } = reading
  const named = findNamed(clause, field, new Set())
  const forms: [RegExp, number][] =
    role === 'symbol'
      ? [
          [/\$(?<token>[A-Z]{1,6})\b/gu, 0.8],
          [/\b(?<token>[A-Z]{2,6}(?:[.-][A-Z]{1,3})?)\b/gu, 0.7],
        ]
      : [
          [/#(?<token>[\w-]+)/gu, 0.7],
          [/\b(?<token>(?=[\w-]*\d)[A-Za-z\d]+(?:[-_/][A-Za-z\d]+)+)\b/gu, 0.65],
          [/\b(?<token>(?=\p{L}*\d)(?=\d*\p{L})[\p{L}\d]{2,})\b/gu, 0.6],
          [/(?<![\d.,])(?<token>\d{3,})(?![\d.,]\d)/gu, 0.5],
        ]
  const proposals: Proposal[] = []
  for (const [form, score] of forms) {
    for (const match of clause.masked.matchAll(form)) {
      const token = match.groups?.['token'] ?? ''
      if (isWithinDate(match.index, reading)) continue
      const isNamed = named !== null && match.index >= named.valueStart - 1 && match.index - named.valueStart < 3
      const start = isNamed ? named.start : match.index
      proposals.push({
        value: token,
        start,
        end: match.index + match[0].length,
        score: isNamed ? 0.95 : score,
        bonus: /\D/u.test(token) ? 0.35 : 0.1,
      })
    }
  }
  if (named !== null && proposals.length === 0) {
    const phrase = phraseFrom(clause, named.wordIndex)
    if (phrase !== null)
      proposals.push({ value: phrase.text, start: named.start, end: phrase.end, score: 0.6, bonus: 0.1 })
  }
  for (const fact of factsOf(clause, 'quote')) {
    proposals.push({ value: fact.text, start: fact.start, end: fact.end, score: 0.6, bonus: 0.1 })
  }
  return proposals
}
