import { z } from 'zod'

/** Which model answers, and why it was chosen. */
export const modelViewSchema = z.object({
  id: z.string(),
  provider: z.enum(['openai', 'compatible', 'local', 'offline']),
  /** The origin it is called at; null for the offline model. Never carries a key. */
  origin: z.string().nullable(),
  why: z.string(),
  windowTokens: z.int(),
  answerTokens: z.int(),
  temperature: z.number().nullable(),
  /** What the upstream refused and is no longer sent as asked, e.g. "max_tokens is sent as max_completion_tokens". */
  adjustments: z.array(z.string()),
  breaker: z.enum(['closed', 'open', 'half-open']),
})

export const modelTestSchema = z.object({
  ok: z.boolean(),
  /** Milliseconds to the first token and to the end. */
  firstTokenMs: z.number().nullable(),
  totalMs: z.number(),
  text: z.string(),
  problem: z.string().nullable(),
})

export type ModelView = z.infer<typeof modelViewSchema>
export type ModelTest = z.infer<typeof modelTestSchema>
