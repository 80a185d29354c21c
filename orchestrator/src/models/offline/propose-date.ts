import { findNamed } from './named-value.ts'
import type { Proposal } from './proposal.ts'
import { factsOf } from './read-clause.ts'
import type { DateFact } from './read-dates.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'

const startNames = /start|from|begin|since|depart|after|check_?in|first|^a$|earlier/i
const endNames = /end|to$|until|due|deadline|return|before|check_?out|second|^b$|later/i

/** Days and times of the clause, written as the field takes them. */
export function proposeDates(field: Field, role: 'date' | 'time' | 'date-time', reading: Reading): Proposal[] {
  const named = findNamed(reading.clause, field, new Set())
  return factsOf(reading.clause, 'date').flatMap((fact) => {
    const value = writeDate(fact, role, field, reading.clause.today)
    if (value === null) return []
    const isNamed = named !== null && fact.start >= named.valueStart && fact.start - named.valueStart < 6
    const before = /\b(\p{L}+)\s*$/u.exec(reading.clause.masked.slice(0, fact.start))?.[1]?.toLowerCase() ?? ''
    let score = isNamed ? 0.95 : 0.6
    if (/^(?:from|since|starting|after|between)$/.test(before))
      score += startNames.test(field.name) ? 0.2 : endNames.test(field.name) ? -0.15 : 0.05
    const closes =
      /^(?:to|until|till|by|before|and)$/.test(before) && !(before === 'to' && /\badd/iu.test(reading.clause.masked))
    if (closes) score += endNames.test(field.name) ? 0.2 : startNames.test(field.name) ? -0.15 : 0
    else if (before === 'to') score += endNames.test(field.name) ? -0.15 : 0.1
    // An end that was not spoken of is not guessed.
    if (before === 'on' || before === 'at' || before === '')
      score -= endNames.test(field.name) && !field.required ? 0.15 : 0
    if (fact.time !== null && fact.day === null && role === 'date-time') score -= 0.1
    return [{ value, start: isNamed ? named.start : fact.start, end: fact.end, score, bonus: 0.3 }]
  })
}

/** RFC 3339 where the schema asks for `date-time`; without an offset where only its description speaks of ISO 8601. */
function writeDate(fact: DateFact, role: 'date' | 'time' | 'date-time', field: Field, today: Date): string | null {
  if (role === 'date') return fact.day
  if (role === 'time') {
    if (fact.time === null) return null
    return /HH:MM:SS/i.test(field.text) || field.schema['format'] === 'time'
      ? `${fact.time}${offsetFor(field, fact, today)}`
      : fact.time.slice(0, 5)
  }
  const day = fact.day ?? localDay(today)
  const local = `${day}T${fact.time ?? '00:00:00'}`
  if (field.schema['format'] !== 'date-time') return fact.offset === null ? local : local + fact.offset
  return local + (fact.offset ?? offsetAt(new Date(local)))
}

/** RFC 3339's `full-time` carries an offset. */
function offsetFor(field: Field, fact: DateFact, today: Date): string {
  return field.schema['format'] === 'time' ? (fact.offset ?? offsetAt(today)) : ''
}

function localDay(date: Date): string {
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`
}

function offsetAt(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  if (minutes === 0) return 'Z'
  const part = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${part(Math.abs(minutes) / 60)}:${part(Math.abs(minutes) % 60)}`
}
