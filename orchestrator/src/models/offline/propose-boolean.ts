import { findNamed } from './named-value.ts'
import type { Proposal } from './proposal.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { stem } from './words.ts'

const fillers = new Set([
  'is',
  'ha',
  'has',
  'include',
  'includ',
  'with',
  'only',
  'enabl',
  'enable',
  'allow',
  'use',
  'us',
  'should',
  'want',
  'show',
])

/** Yes where the clause speaks of what the field is called, no where it denies it. */
export function proposeBoolean(field: Field, reading: Reading): Proposal[] {
  const { clause } = reading
  const named = findNamed(clause, field, new Set())
  const said = named === null ? null : /^["'`]?(true|false|yes|no|on|off)\b/iu.exec(clause.text.slice(named.valueStart))
  if (named !== null && said !== null) {
    const value = /true|yes|on/i.test(said[1] ?? '')
    return [{ value, start: named.start, end: named.valueStart + said[0].length, score: 0.95, bonus: 0.3 }]
  }
  const wanted = field.nameStems.filter((part) => !fillers.has(part))
  const hits = clause.words.filter((word) => wanted.includes(stem(word.text)))
  const [first] = hits
  const last = hits.at(-1)
  if (first === undefined || last === undefined || new Set(hits.map((word) => word.stem)).size < new Set(wanted).size)
    return []
  const before = clause.masked.slice(Math.max(0, first.start - 20), first.start)
  const denied = /\b(?:no|not|without|non|exclud\w+|except|don'?t|never|disable\w*)\b[\s-]*(?:\p{L}+\s)?$/iu.exec(
    before,
  )
  const common = wanted.every((part) => reading.toolStems.has(part))
  const lead =
    /\b(?:that (?:are|is)|which (?:are|is)|and|only|with|include|including|in)\s+$/iu.exec(before)?.[0].length ?? 0
  return [
    {
      value: denied === null,
      start: first.start - (denied === null ? lead : before.length - denied.index),
      end: last.end,
      score: common ? 0.3 : 0.75,
      bonus: common ? 0 : 0.3,
    },
  ]
}
