import { z } from 'zod'

/** One call that an answer made. Costs are in the unit of the currency; null where no price is known. */
export const usageLineSchema = z.object({
  kind: z.enum(['model', 'tool']),
  /** The model's or tool's name. */
  name: z.string(),
  inputTokens: z.int(),
  cachedTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  cost: z.number().nullable(),
  /** Of a tool: the part of the answer's cost, 0 to 1, that its output caused in the prompts after it. */
  share: z.number().nullable(),
  /** Bytes a tool's output added to the context. */
  contextBytes: z.int(),
  durationMs: z.int(),
  /** Counted by us, where the model did not say. */
  estimated: z.boolean(),
  /** False for an attempt that was lost with its server. */
  charged: z.boolean(),
})

/** What an answer cost, over all servers that wrote it, continued or not. */
export const answerCostSchema = z.object({
  currency: z.string(),
  /** Null where the price of any call is not known. */
  cost: z.number().nullable(),
  priceVersion: z.string().nullable(),
  lines: z.array(usageLineSchema),
})

const day = z.iso.date()

/** The days whose usage is told, both included, in UTC. */
export const usagePeriodSchema = z
  .strictObject({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 366 * 86_400_000, {
    path: ['to'],
    message: 'must be within 366 days of from',
  })

const totals = {
  calls: z.int(),
  inputTokens: z.int(),
  cachedTokens: z.int(),
  outputTokens: z.int(),
  reasoningTokens: z.int(),
  /** The sum of what has a price. */
  cost: z.number(),
  /** Calls of models without a known price: their cost is missing from the sum. */
  unpriced: z.int(),
}

export const usageSummarySchema = z.object({
  currency: z.string(),
  from: day,
  to: day,
  total: z.object(totals),
  /** Days with at least one call. */
  days: z.array(z.object({ day, ...totals })),
  models: z.array(z.object({ name: z.string(), ...totals })),
  /** The most expensive people first, at most a hundred. `name` is null where the account is gone. */
  people: z.array(z.object({ id: z.uuid(), name: z.string().nullable(), ...totals })),
  /** `cost`: what a tool's output caused in the prompts after it. */
  tools: z.array(
    z.object({ name: z.string(), calls: z.int(), contextBytes: z.int(), durationMs: z.int(), cost: z.number() }),
  ),
})

export type UsageLine = z.infer<typeof usageLineSchema>
export type AnswerCost = z.infer<typeof answerCostSchema>
export type UsagePeriod = z.infer<typeof usagePeriodSchema>
export type UsageSummary = z.infer<typeof usageSummarySchema>
