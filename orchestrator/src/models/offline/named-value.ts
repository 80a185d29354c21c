import { isBoundary, phraseFrom, tidy } from './phrases.ts'
import type { Phrase } from './phrases.ts'
import type { Clause } from './read-clause.ts'
import type { Field } from './read-schema.ts'
import { stem } from './words.ts'

/** Where a person names a field ("priority: high", "with the title …"). */
export interface NamedPlace {
  /** Where the name begins. */
  start: number
  /** Index of the first word of the value. */
  wordIndex: number
  /** Where the value begins, for values that are no words. */
  valueStart: number
  /** A colon or an equals sign stands between: what follows can be nothing else. */
  marked: boolean
}

const links = /^(?:is|are|be|of|to|it|equal|equals|as|was|that|being|should|set|named|called)$/i

/** Finds where the clause names the field. `common` are stems of the tool's own name, which name the tool and not the field. */
export function findNamed(clause: Clause, field: Field, common: ReadonlySet<string>): NamedPlace | null {
  const key = keyStems(field)
  let weak: NamedPlace | null = null
  for (const [index, word] of clause.words.entries()) {
    if (!key.every((part, offset) => sameStem(clause.words[index + offset]?.stem ?? '', part))) continue
    // "to", "in" and "with" are read as prepositions instead.
    const last = clause.words[index + key.length - 1] ?? word
    const separator = /^\s*[:=]\s*/u.exec(clause.text.slice(last.end))?.[0] ?? ''
    if (separator === '' && (isBoundary(word.text) || key.some((part) => common.has(part)))) continue
    let next = index + key.length
    while (separator === '' && links.test(clause.words[next]?.text ?? '')) next += 1
    const linkEnd = clause.words[next - 1]?.end ?? last.end
    const skipped = /^\s*[:=]?\s*/u.exec(clause.text.slice(linkEnd))?.[0].length ?? 0
    const valueStart = separator === '' ? linkEnd + skipped : last.end + separator.length
    const place = { start: word.start, wordIndex: next, valueStart, marked: separator !== '' }
    if (place.marked) return place
    weak ??= place
  }
  return weak
}

/** The text a named place is followed by. Ends where another field is named. */
export function textAt(clause: Clause, place: NamedPlace, ends: readonly number[], long: boolean): Phrase | null {
  if (!place.marked) return phraseFrom(clause, place.wordIndex, long ? { long: 'sentence' } : {})
  const limit = Math.min(...ends.filter((end) => end > place.valueStart), clause.text.length)
  const rest = clause.text.slice(place.valueStart, limit)
  const stop = long ? rest.length : rest.search(/[.?!;,](?:\s|$)|\n/u)
  const until = place.valueStart + (stop < 0 ? rest.length : stop)
  if (!long) return tidy(clause, place.valueStart, until)
  const text = clause.text.slice(place.valueStart, until).replace(/[\s,;]+(?:and\s*)?$/iu, '')
  return text === '' ? null : { text, start: place.valueStart, end: place.valueStart + text.length }
}

/** The words of the name by which people would call it: "priority", "subject", "max price". */
function keyStems(field: Field): string[] {
  const words = field.nameStems.filter((part) => part !== 'the')
  return words.length > 2 ? words.slice(-1) : words
}

/** "assign" names "assignee": one is the beginning of the other, and long enough to be no accident. */
function sameStem(word: string, part: string): boolean {
  if (word === part) return true
  const short = word.length < part.length ? word : part
  const long = short === word ? part : word
  return short.length >= 5 && long.startsWith(short) && long.length - short.length <= 3
}

export function namesField(word: string, field: Pick<Field, 'nameStems'>): boolean {
  return field.nameStems.some((part) => sameStem(stem(word), part))
}
