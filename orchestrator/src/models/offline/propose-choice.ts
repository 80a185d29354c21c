import { findNamed } from './named-value.ts'
import type { Proposal } from './proposal.ts'
import type { Field } from './read-schema.ts'
import { choiceTitle } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { factsOf } from './read-clause.ts'
import { currencyCode, unitNames } from './vocabulary.ts'
import { plain, readWords, stem } from './words.ts'
import type { Word } from './words.ts'

/** Values of a field that may only be one of some: those the clause names, exactly or nearly. */
export function proposeChoice(field: Field, reading: Reading): Proposal[] {
  const proposals: Proposal[] = []
  const named = findNamed(reading.clause, field, new Set())
  for (const choice of field.choices ?? []) {
    const spellings = [String(choice), choiceTitle(field.schema, choice)].filter((text) => text !== '')
    const spelled = spellings.map((text) => findSpelling(text, reading)).find((found) => found !== null)
    const hit = spelled ?? findCurrency(String(choice), reading)
    if (hit === null) continue
    const isNamed = named !== null && hit.start >= named.valueStart && hit.start - named.valueStart < 3
    // A name the tool itself carries ("search") or a single letter counts only where the field is named.
    const weak = !isNamed && (reading.toolStems.has(stem(String(choice))) || String(choice).length < 2)
    const length = Math.min(hit.end - hit.start, 30) / 1000
    proposals.push({
      value: choice,
      start: isNamed ? named.start : hit.start,
      end: hit.end,
      score: (weak ? 0.3 : isNamed ? 0.95 : hit.near ? 0.6 : 0.8) + length,
      bonus: weak ? 0 : 0.4,
    })
  }
  return proposals
}

/** A currency among the choices, by its sign or its name. */
function findCurrency(choice: string, { clause }: Reading): Hit | null {
  if (currencyCode(choice) !== choice) return null
  const word = clause.words.find((candidate) => candidate.text.length > 2 && currencyCode(candidate.text) === choice)
  if (word !== undefined) return { start: word.start, end: word.end, near: false }
  const fact = factsOf(clause, 'number').find((number) => number.currency === choice)
  if (fact === undefined) return null
  const isLeading = !/^\d/u.test(clause.text.slice(fact.start))
  const start = isLeading ? fact.start : fact.end - 1
  return { start, end: start + 1, near: false }
}

interface Hit {
  start: number
  end: number
  near: boolean
}

function findSpelling(spelling: string, { clause }: Reading): Hit | null {
  const compact = compactOf(spelling)
  const wanted = readWords(spelling).map((word) => word.stem)
  for (const [index] of clause.words.entries()) {
    const run = clause.words.slice(index, index + Math.max(wanted.length, 3))
    const exact = exactRun(run, compact)
    if (exact !== null) return { ...exact, near: false }
    const last = run[wanted.length - 1]
    const same = wanted.length > 0 && wanted.every((part, offset) => run[offset]?.stem === part)
    if (same && last !== undefined) return { start: run[0]?.start ?? 0, end: last.end, near: false }
  }
  return findNear(clause.words, compact)
}

/** "SHA-512" is `sha512`: up to three neighbouring words are compared without what stands between them. */
function exactRun(run: Word[], compact: string): { start: number; end: number } | null {
  let joined = ''
  for (const word of run.slice(0, 3)) {
    joined += plain(word.text)
    if (joined === compact) return { start: run[0]?.start ?? 0, end: word.end }
  }
  return null
}

/** A unit by another of its names, or a word with one letter wrong. */
function findNear(words: Word[], compact: string): Hit | null {
  const aliases = unitNames(compact)?.map((alias) => plain(alias))
  for (const word of words) {
    const text = plain(word.text)
    const alias = aliases?.includes(text) === true
    if (alias || (compact.length >= 5 && isOneOff(text, compact))) {
      return { start: word.start, end: word.end, near: !alias }
    }
  }
  return null
}

function compactOf(text: string): string {
  return plain(text).replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

/** Whether one letter was added, left out, replaced or swapped with its neighbour. */
function isOneOff(one: string, other: string): boolean {
  if (one === other || Math.abs(one.length - other.length) > 1) return false
  let head = 0
  while (head < one.length && one[head] === other[head]) head += 1
  let tail = 0
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1
  const left = one.slice(head, one.length - tail)
  const right = other.slice(head, other.length - tail)
  return (
    (left.length <= 1 && right.length <= 1) || (left.length === 2 && left === `${right.charAt(1)}${right.charAt(0)}`)
  )
}
