import { z } from 'zod'

const labels = z.record(z.string(), z.string())

/** An object as clients write it, whatever else it holds. */
export const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: labels.optional(),
    annotations: labels.optional(),
    generation: z.number().optional(),
  }),
  spec: z.record(z.string(), z.unknown()).optional(),
  status: z.record(z.string(), z.unknown()).optional(),
  data: labels.optional(),
  stringData: labels.optional(),
})

export type ClusterObject = z.output<typeof objectSchema>

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What becomes of `old` under a patch: fields of `null` go, lists of named things are merged by their names. */
export function patched(old: unknown, patch: unknown): unknown {
  if (Array.isArray(old) && Array.isArray(patch) && [...old, ...patch].every(isNamed)) return mergeByName(old, patch)
  if (!isFields(patch)) return patch
  const result: Fields = isFields(old) ? { ...old } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue
    if (value === null) delete result[name]
    else result[name] = patched(result[name], value)
  }
  return result
}

function isNamed(value: unknown): value is Fields & { name: string } {
  return isFields(value) && typeof value['name'] === 'string'
}

function mergeByName(old: (Fields & { name: string })[], patch: (Fields & { name: string })[]): unknown[] {
  const kept = old.map((one) => patched(one, patch.find(({ name }) => name === one.name) ?? {}))
  return [...kept, ...patch.filter(({ name }) => !old.some((one) => one.name === name))]
}
