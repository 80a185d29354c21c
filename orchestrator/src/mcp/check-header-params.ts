/** MCP 2026-07-28, Streamable HTTP: arguments a tool wants repeated in a header `Mcp-Param-<name>`. */
const keyword = 'x-mcp-header'
/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const permittedTypes: readonly unknown[] = ['string', 'integer', 'boolean']
/** Keywords whose value is a map of schemas by name, and those whose value is data, not a schema. */
const maps = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])
const data = new Set(['const', 'default', 'enum', 'examples'])

/** Judges the `x-mcp-header` declarations of a schema of bounded depth. Returns why the tool must be left out, or null. */
export function refuseHeaderParams(inputSchema: unknown): string | null {
  return visit(inputSchema, 'root', new Set())
}

/** `property`: reached through `properties` alone, the only place where the declaration is allowed. */
type Place = 'root' | 'property' | 'elsewhere'

function visit(schema: unknown, place: Place, names: Set<string>): string | null {
  if (typeof schema !== 'object' || schema === null) return null
  if (Array.isArray(schema)) return firstFault(schema, 'elsewhere', names)
  const fault = keyword in schema ? refuseDeclaration(schema, place, names) : null
  if (fault !== null) return fault
  for (const [key, value] of Object.entries(schema)) {
    if (data.has(key) || key === keyword) continue
    const inside: Place = key === 'properties' && place !== 'elsewhere' ? 'property' : 'elsewhere'
    const isMap = maps.has(key) && typeof value === 'object' && value !== null
    const nested = isMap ? firstFault(Object.values(value), inside, names) : visit(value, 'elsewhere', names)
    if (nested !== null) return nested
  }
  return null
}

function firstFault(schemas: readonly unknown[], place: Place, names: Set<string>): string | null {
  for (const schema of schemas) {
    const fault = visit(schema, place, names)
    if (fault !== null) return fault
  }
  return null
}

function refuseDeclaration(schema: object, place: Place, names: Set<string>): string | null {
  const { [keyword]: name, type } = Object.fromEntries(Object.entries(schema)) as Record<string, unknown>
  if (place !== 'property') return `its ${keyword} stands where the protocol does not allow one`
  if (typeof name !== 'string' || !token.test(name)) return `its ${keyword} is not the name of a header`
  if (!permittedTypes.includes(type)) return `its ${keyword} is on a value that is no string, integer or boolean`
  if (names.has(name.toLowerCase())) return `it uses one ${keyword} twice`
  names.add(name.toLowerCase())
  return null
}
