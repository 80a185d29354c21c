import { z } from 'zod'

export const healthSchema = z.object({ status: z.literal('ok'), version: z.string() })

/** Whether this process can serve, check by check. */
export const readySchema = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
})

export type Health = z.infer<typeof healthSchema>
export type Ready = z.infer<typeof readySchema>
