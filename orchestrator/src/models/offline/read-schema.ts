import { readWords, stem } from './words.ts'

export type Schema = Record<string, unknown>

/** One value a tool takes: a leaf of its schema, with what is known of its meaning. Nested objects are flattened. */
export interface Field {
  path: string[]
  /** The last word of the path, as the schema spells it. */
  name: string
  schema: Schema
  /** `any` where the schema does not say. */
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'any'
  /** It and every object around it are required. */
  required: boolean
  /** Stems of its own name and title. */
  nameStems: string[]
  /** Stems of the objects it lies in. */
  parentStems: string[]
  /** Its title, description and examples. */
  text: string
  /** What it may be, where the schema lists it. */
  choices: unknown[] | null
}

/** A schema deeper than this is read as free-form. */
const maxDepth = 6

/** Reads the arguments of a tool from its JSON Schema, following `$ref` to its own definitions. */
export function readSchema(schema: Schema): Field[] {
  const fields: Field[] = []
  visitObject(resolve(schema, schema), schema, { path: [], required: true, parentStems: [] }, fields)
  return fields
}

interface Place {
  path: string[]
  required: boolean
  parentStems: string[]
}

function visitObject(schema: Schema, root: Schema, place: Place, fields: Field[]): void {
  const required = new Set(asArray(schema['required']))
  for (const [name, raw] of Object.entries(asObject(schema['properties']))) {
    const property = resolve(asObject(raw), root)
    const here: Place = {
      path: [...place.path, name],
      required: place.required && required.has(name),
      parentStems: [...place.parentStems],
    }
    const nested = Object.keys(asObject(property['properties'])).length > 0
    if (nested && here.path.length < maxDepth) {
      here.parentStems.push(...stemsOf(name))
      visitObject(property, root, here, fields)
    } else fields.push(toField(name, property, here, root))
  }
}

function toField(name: string, schema: Schema, place: Place, root: Schema): Field {
  const resolved = schema['items'] ? { ...schema, items: resolve(asObject(schema['items']), root) } : schema
  const title = typeof schema['title'] === 'string' ? schema['title'] : ''
  const description = typeof schema['description'] === 'string' ? schema['description'] : ''
  const examples = [...asArray(schema['examples']), ...('example' in schema ? [schema['example']] : [])]
  const sample = examples.length > 0 ? `e.g. ${examples.map((example) => JSON.stringify(example)).join(', ')}` : ''
  return {
    ...place,
    name,
    schema: resolved,
    type: readType(schema),
    nameStems: [...new Set([...stemsOf(name), ...stemsOf(title)])],
    text: [title, description, sample].filter((part) => part !== '').join('. '),
    choices: readChoices(schema),
  }
}

/** Follows local references and unites `allOf`, and takes the first real alternative of `anyOf` and `oneOf`. */
function resolve(schema: Schema, root: Schema, depth = 0): Schema {
  if (depth > maxDepth) return {}
  const { $ref: reference, ...rest } = schema
  if (typeof reference === 'string') {
    return { ...resolve(followReference(reference, root), root, depth + 1), ...rest }
  }
  const parts = asArray(schema['allOf']).map((part) => resolve(asObject(part), root, depth + 1))
  if (parts.length > 0) return mergeAll([...parts, schema])
  if (readChoices(schema) !== null) return schema
  const options = [...asArray(schema['anyOf']), ...asArray(schema['oneOf'])].map((option) => asObject(option))
  const option = options.find((candidate) => candidate['type'] !== 'null')
  return option === undefined ? schema : { ...resolve(option, root, depth + 1), ...rest }
}

function followReference(reference: string, root: Schema): Schema {
  if (!reference.startsWith('#')) return {}
  let at: unknown = root
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    at = asObject(at)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return asObject(at)
}

function mergeAll(parts: Schema[]): Schema {
  const merged: Schema = {}
  for (const part of parts) {
    const properties = { ...asObject(merged['properties']), ...asObject(part['properties']) }
    const required = [...asArray(merged['required']), ...asArray(part['required'])]
    Object.assign(merged, part, { properties, required })
  }
  return merged
}

function readType(schema: Schema): Field['type'] {
  const type = asArray(schema['type']).find((name) => name !== 'null') ?? schema['type']
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'boolean') return type
  if (type === 'array' || type === 'object') return type
  if (schema['items']) return 'array'
  if (schema['properties'] || schema['additionalProperties']) return 'object'
  const choices = readChoices(schema)
  return choices?.every((choice) => typeof choice === 'string') ? 'string' : 'any'
}

function readChoices(schema: Schema): unknown[] | null {
  if ('const' in schema) return [schema['const']]
  if (Array.isArray(schema['enum'])) return schema['enum'].filter((choice) => choice !== null)
  const options = [...asArray(schema['oneOf']), ...asArray(schema['anyOf'])].map((option) => asObject(option))
  if (options.length === 0) return null
  const listed = options
    .filter((option) => option['type'] !== 'null')
    .map((option) => ('const' in option ? [option['const']] : asArray(option['enum'])))
  return listed.length > 0 && listed.every((some) => some.length > 0) ? listed.flat() : null
}

/** The title a `oneOf` gives to a constant, for matching it by what people call it. */
export function choiceTitle(schema: Schema, choice: unknown): string {
  const options = [...asArray(schema['oneOf']), ...asArray(schema['anyOf'])].map((option) => asObject(option))
  const option = options.find((candidate) => candidate['const'] === choice)
  return typeof option?.['title'] === 'string' ? option['title'] : ''
}

export function asObject(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {}
}

export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function stemsOf(name: string): string[] {
  return readWords(name).map((word) => stem(word.text))
}
