import { z } from 'zod'

/** What one look at the running system found. `skipped`: it could not be told, and `found` says why. */
export const findingSchema = z.object({
  check: z.string(),
  level: z.enum(['ok', 'warning', 'fault', 'skipped']),
  found: z.string(),
  /** What to do; null where all is well. Carries no secret. */
  advice: z.string().nullable(),
})

export const systemViewSchema = z.object({
  version: z.string(),
  environment: z.string(),
  findings: z.array(findingSchema),
})

export type Finding = z.infer<typeof findingSchema>
export type SystemView = z.infer<typeof systemViewSchema>
