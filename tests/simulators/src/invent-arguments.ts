/** Arguments a schema allows: the required ones, with its own examples, defaults and bounds where it names them. */
export function inventArguments(schema: Schema | undefined, depth = 0): unknown {
  if (!schema || depth > 6) return {}
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  const given = schema.examples?.[0] ?? schema.enum?.[0]
  if (given !== undefined) return given
  const choice = schema.anyOf?.[0] ?? schema.oneOf?.[0]
  if (choice) return inventArguments(choice, depth + 1)
  return inventTyped(schema, depth)
}

interface Schema {
  type?: string | string[]
  const?: unknown
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minItems?: number
  minLength?: number
  minimum?: number
  exclusiveMinimum?: number
  format?: string
}

function inventTyped(schema: Schema, depth: number): unknown {
  const type = (Array.isArray(schema.type) ? schema.type[0] : schema.type) ?? 'object'
  switch (type) {
    case 'string':
      return inventString(schema)
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1
    case 'boolean':
      return true
    case 'null':
      return null
    case 'array':
      return Array.from({ length: schema.minItems ?? 1 }, () => inventArguments(schema.items, depth + 1))
    default:
      return inventObject(schema, depth)
  }
}

const formats: Record<string, string> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  uri: 'https://example.com/',
  email: 'person@example.com',
  uuid: '0190b0f0-0000-7000-8000-000000000000',
}

function inventString(schema: Schema): string {
  const format = formats[schema.format ?? '']
  return format ?? 'text'.padEnd(schema.minLength ?? 0, '.')
}

function inventObject(schema: Schema, depth: number): Record<string, unknown> {
  const wanted = schema.required ?? []
  return Object.fromEntries(wanted.map((name) => [name, inventArguments(schema.properties?.[name], depth + 1)]))
}
