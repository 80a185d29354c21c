/** Fields that hold what nobody may read, wherever they turn up in a line. */
const secretFields = new Set([
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'secret',
  'apiKey',
  'secretKey',
  'serviceToken',
])

/** A line's fields are looked at as deep as this; nothing that is logged goes deeper. */
const DEPTH = 3

/**
 * A log line's fields with the secret ones blanked. What has none is handed back as it is: two lines an answer must cost
 * next to nothing. Errors are left to their serializer, which lets only harmless fields through.
 */
export function blankFields<T extends object>(fields: T, depth = DEPTH): T {
  let blanked: Record<string, unknown> | null = null
  for (const [name, value] of Object.entries(fields)) {
    const shown = secretFields.has(name) ? '[secret]' : blankWithin(value, depth - 1)
    if (shown === value) continue
    blanked ??= (Array.isArray(fields) ? [...fields] : { ...fields }) as Record<string, unknown>
    blanked[name] = shown
  }
  return (blanked ?? fields) as T
}

function blankWithin(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== 'object' || value === null || value instanceof Error) return value
  return blankFields(value, depth)
}
