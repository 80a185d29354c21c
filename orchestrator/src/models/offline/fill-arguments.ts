import { roleOf } from './field-role.ts'
import type { Role } from './field-role.ts'
import { areRelated } from './concepts.ts'
import { leftovers } from './leftover.ts'
import { overlaps, optionalThreshold, requiredThreshold } from './proposal.ts'
import type { Proposal } from './proposal.ts'
import { propose } from './propose.ts'
import { factsOf, readClause } from './read-clause.ts'
import type { Clause } from './read-clause.ts'
import { asArray, asObject } from './read-schema.ts'
import type { Field } from './read-schema.ts'
import type { Reading } from './reading.ts'
import { contentStems, stem } from './words.ts'

/** Arguments read from a clause, and how far the clause speaks for them. */
export interface Filling {
  args: Record<string, unknown>
  /** Required fields nothing was found for. */
  missing: Field[]
  /** How much the form of what was found speaks for the tool. */
  bonus: number
  /** Places of the clause that were used. */
  used: { field: Field; proposal: Proposal }[]
}

/** Lists of objects that hold lists of objects are read this deep. */
const maxNesting = 2

export function fillArguments(reading: Reading, schema: Record<string, unknown>, nesting = 0): Filling {
  const whole = asWritten(reading.clause, schema)
  if (whole !== null) return { args: whole, missing: [], bonus: 1, used: [] }
  const taken = assign(reading, nesting)
  addLeftovers(reading, taken)
  const args: Record<string, unknown> = {}
  const missing: Field[] = []
  let bonus = 0
  for (const field of reading.fields) {
    const proposal = taken.get(field)
    if (proposal !== undefined) {
      bonus += proposal.bonus
      put(args, field.path, proposal.value)
    } else if (field.required) {
      const fallback = fallbackFor(field) ?? inferChoice(field, reading, taken)
      if (fallback === undefined) missing.push(field)
      else put(args, field.path, fallback)
    }
  }
  return { args, missing, bonus, used: [...taken].map(([field, proposal]) => ({ field, proposal })) }
}

/** Arguments a person wrote as JSON are taken as they are. */
function asWritten(clause: Clause, schema: Record<string, unknown>): Record<string, unknown> | null {
  const names = Object.keys(asObject(schema['properties']))
  for (const fact of factsOf(clause, 'json')) {
    if (Array.isArray(fact.value)) continue
    const value = asObject(fact.value)
    const keys = Object.keys(value)
    const fits = keys.length > 0 && keys.every((key) => names.includes(key))
    if (fits && asArray(schema['required']).every((name) => typeof name === 'string' && Object.hasOwn(value, name)))
      return value
  }
  return null
}

/** The best value for each field, no place used twice. */
function assign(reading: Reading, nesting: number): Map<Field, Proposal> {
  const fillObject = (fields: Field[], text: string): Record<string, unknown> | null => {
    if (nesting >= maxNesting) return null
    const clause = readClause(text, reading.clause.today)
    const filled = fillArguments(
      { ...reading, clause, fields, toolStems: new Set(), aboutStems: new Set() },
      {},
      nesting + 1,
    )
    return filled.missing.length === 0 && Object.keys(filled.args).length > 0 ? filled.args : null
  }
  const pairs = reading.fields.flatMap((field, order) =>
    propose(field, reading, fillObject)
      .filter((proposal) => proposal.score >= (field.required ? requiredThreshold : optionalThreshold))
      .map((proposal) => ({ field, order, proposal, rank: proposal.score + (field.required ? 0.1 : 0) })),
  )
  pairs.sort(
    (one, other) => other.rank - one.rank || one.order - other.order || one.proposal.start - other.proposal.start,
  )
  const taken = new Map<Field, Proposal>()
  for (const { field, proposal } of pairs) {
    if (taken.has(field) || [...taken.values()].some((other) => overlaps(other, proposal))) continue
    taken.set(field, proposal)
  }
  return taken
}

const fromLeftovers: ReadonlySet<Role> = new Set([
  'content',
  'query',
  'title',
  'word',
  'generic',
  'place',
  'person',
  'language',
  'unit',
  'country',
  'json',
])
const shortRoles: ReadonlySet<Role> = new Set(['place', 'person', 'word', 'unit', 'language', 'country'])

/** Text fields that must be filled take what is left of the clause, in order. */
function addLeftovers(reading: Reading, taken: Map<Field, Proposal>): void {
  const textual = reading.fields.filter(
    (field) => !taken.has(field) && field.choices === null && (field.type === 'string' || field.type === 'any'),
  )
  const wanting = textual.filter((field) => field.required || (reading.fields.length <= 2 && wantsText(field)))
  for (const field of wanting) {
    const role = roleOf(field)
    if (!fromLeftovers.has(role)) continue
    // What a search is narrowed by is often one of its words: "garden hose" in the category garden.
    const used = [...taken]
      .filter(([other, proposal]) => role !== 'query' || !isBareChoice(other, proposal))
      .map(([, proposal]) => proposal)
    const rest = leftovers(reading, used).filter(
      (phrase) => !shortRoles.has(role) || phrase.text.split(/\s+/u).length <= 5,
    )
    const [phrase] = rest
    if (phrase === undefined) continue
    const value = nounful.has(role) ? phrase.text : withoutToolNoun(phrase.text, reading)
    taken.set(field, { value, start: phrase.start, end: phrase.end, score: requiredThreshold, bonus: 0 })
  }
}

const nounful: ReadonlySet<Role> = new Set(['content', 'query', 'title'])

/** Of "dark red paint", asked of a tool that blends paint, the colour is "dark red". */
function withoutToolNoun(text: string, { aboutStems }: Reading): string {
  const cut = /^(?<rest>.+)\s(?<last>\S+)$/u.exec(text)?.groups
  return cut?.['last'] !== undefined && aboutStems.has(stem(cut['last'])) ? (cut['rest'] ?? text) : text
}

/** A choice found without its field being named. */
function isBareChoice(field: Field, { value, start, end }: Proposal): boolean {
  return field.choices !== null && end - start <= String(value).length + 2
}

function wantsText(field: Field): boolean {
  const role = roleOf(field)
  return role === 'content' || role === 'query'
}

function fallbackFor(field: Field): unknown {
  if ('default' in field.schema) return field.schema['default']
  return field.choices?.length === 1 ? field.choices[0] : undefined
}

/** A choice nobody named may follow from the rest: `integer`, where bounds "for integer" were given or a number was asked for. */
function inferChoice(field: Field, { clause }: Reading, taken: ReadonlyMap<Field, Proposal>): unknown {
  let best: { choice: unknown; votes: number } = { choice: undefined, votes: 0 }
  for (const choice of field.choices ?? []) {
    const name = stem(String(choice))
    const told = [...taken.keys()].filter((other) => contentStems(other.text).has(name)).length
    const said = clause.words.filter((word) => word.stem === name || areRelated(word.stem, name)).length
    if (told * 2 + said > best.votes) best = { choice, votes: told * 2 + said }
  }
  return best.choice
}

function put(args: Record<string, unknown>, path: string[], value: unknown): void {
  let at = args
  for (const step of path.slice(0, -1)) {
    const next = asObject(at[step])
    at[step] = next
    at = next
  }
  const last = path.at(-1)
  if (last !== undefined)
    Object.defineProperty(at, last, { value, enumerable: true, writable: true, configurable: true })
}
