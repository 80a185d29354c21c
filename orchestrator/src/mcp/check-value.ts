import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker'
import { isWithin } from './bounds.ts'

/** Says what is wrong with a value, or null. Never throws. */
export type CheckValue = (value: unknown) => string | null

const maxMessageChars = 400
/** A schema that refers to itself can cost a power of the value's depth: it is asked about shallow values alone. */
const shallow = { maxDepth: 8, maxValues: 5000 }
/** References may multiply what is checked; beyond this many steps the server is left to check. */
const maxSteps = 20_000

/**
 * Makes a check of a bounded schema. It interprets the schema; no code is generated from it. Regular expressions and
 * `uniqueItems` are left to the server: a hostile one can hold this process for minutes. So is a schema that cannot be read.
 */
export function checkerOf(schema: Record<string, unknown>): CheckValue {
  const cost = costOf(schema)
  if (cost.steps > maxSteps) return () => null
  try {
    const validate = new CfWorkerJsonSchemaValidator().getValidator(withoutTraps(schema) as Record<string, unknown>)
    return (value) => (cost.recursive && !isWithin(value, shallow) ? null : run(validate, value))
  } catch {
    // The dialect or a reference is unknown to us; the server knows its own schema.
    return () => null
  }
}

function run(validate: ReturnType<CfWorkerJsonSchemaValidator['getValidator']>, value: unknown): string | null {
  try {
    const result = validate(value)
    return result.valid ? null : result.errorMessage.slice(0, maxMessageChars)
  } catch {
    // A reference that leads nowhere shows only now.
    return null
  }
}

/** Keywords whose value is a map of schemas by name: what looks like a keyword in it is a name. */
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])

function withoutTraps(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(withoutTraps)
  const traps = new Set(['pattern', 'patternProperties', 'uniqueItems'])
  // Without its patterns, a schema cannot tell which properties are additional.
  if ('patternProperties' in schema) traps.add('additionalProperties').add('unevaluatedProperties')
  const kept = Object.entries(schema).filter(([key]) => !traps.has(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, maps.has(key) ? mapValues(value) : withoutTraps(value)]))
}

function mapValues(map: unknown): unknown {
  if (typeof map !== 'object' || map === null) return map
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, withoutTraps(schema)]))
}

/** Counts what a check may have to visit, each reference counted as often as it is made. */
function costOf(schema: Record<string, unknown>): { steps: number; recursive: boolean } {
  const costs = new Map<object, number>()
  const visiting = new Set<object>()
  let recursive = false
  const visit = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0
    if (visiting.has(value)) {
      recursive = true
      return 1
    }
    const known = costs.get(value)
    if (known !== undefined) return known
    visiting.add(value)
    let cost = 1
    for (const [key, item] of Object.entries(value)) {
      cost += key === '$ref' ? visit(follow(schema, item)) : key === '$defs' || key === 'definitions' ? 0 : visit(item)
    }
    visiting.delete(value)
    costs.set(value, cost)
    return cost
  }
  return { steps: visit(schema), recursive }
}

/** RFC 6901, as far as references within a schema use it. */
function follow(schema: Record<string, unknown>, reference: unknown): unknown {
  const steps = String(reference).slice(1).split('/').slice(1)
  return steps.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null) return undefined
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return Object.entries(at).find(([name]) => name === key)?.[1]
  }, schema)
}
