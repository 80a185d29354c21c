/** How deep and how large a tool's definition may be: far beyond what people write, far below what costs anything. */
const maxDepth = 48
const maxValues = 5000
const maxChars = 64 * 1024

/**
 * Judges a schema that a server sent before anything reads it. Returns why it is refused, or null. A reference that leaves
 * the schema is refused and never followed: nothing is fetched for a schema. Takes bounded time whatever it is given.
 */
export function refuseSchema(schema: unknown): string | null {
  const pending: { value: unknown; depth: number }[] = [{ value: schema, depth: 0 }]
  let values = 0
  let chars = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    values += 1
    if (values > maxValues) return `its schema has more than ${maxValues} values`
    if (next.depth > maxDepth) return `its schema is nested more than ${maxDepth} levels deep`
    if (typeof next.value === 'string') chars += next.value.length
    if (chars > maxChars) return `its schema is longer than ${maxChars} characters`
    if (typeof next.value !== 'object' || next.value === null) continue
    const entries = Object.entries(next.value)
    if (entries.length > maxValues) return `its schema has more than ${maxValues} values`
    for (const [key, value] of entries) {
      if (leavesSchema(key, value)) return 'its schema refers to another document, which is never fetched'
      chars += key.length
      pending.push({ value, depth: next.depth + 1 })
    }
  }
  return null
}

function leavesSchema(key: string, value: unknown): boolean {
  return (key === '$ref' || key === '$dynamicRef' || key === '$recursiveRef') && !String(value).startsWith('#')
}
