import { z } from 'zod'

/**
 * A message as it is stored and shown. Its parts have the shape of the AI SDK's `UIMessage` parts, so that any client of
 * that protocol reads them unchanged.
 */
export const textPartSchema = z.object({
  type: z.literal('text'),
  text: z.string(),
  state: z.enum(['streaming', 'done']).optional(),
})

export const reasoningPartSchema = z.object({
  type: z.literal('reasoning'),
  text: z.string(),
  state: z.enum(['streaming', 'done']).optional(),
})

export const filePartSchema = z.object({
  type: z.literal('file'),
  mediaType: z.string().max(100),
  filename: z.string().max(255).optional(),
  /** A `data:` URL. */
  url: z.string(),
})

export const toolStateSchema = z.enum([
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
])

/** One tool call: what was asked, whether a person allowed it, and what came back. */
export const toolPartSchema = z.object({
  type: z.literal('dynamic-tool'),
  toolCallId: z.string(),
  /** `<server>__<tool>`, unique over all servers. */
  toolName: z.string(),
  title: z.string().optional(),
  state: toolStateSchema,
  input: z.unknown().optional(),
  output: z.unknown().optional(),
  errorText: z.string().optional(),
  approval: z.object({ id: z.string(), approved: z.boolean().optional(), reason: z.string().optional() }).optional(),
})

export const stepPartSchema = z.object({ type: z.literal('step-start') })

/** Another worker went on with this answer at this place. */
export const takeoverPartSchema = z.object({
  type: z.literal('data-takeover'),
  id: z.string().optional(),
  data: z.object({ epoch: z.int() }),
})

/** How the prompt was fitted into the model's window, and what was left out. Tokens are estimates. */
export const budgetSchema = z.object({
  windowTokens: z.int(),
  answerTokens: z.int(),
  promptTokens: z.int(),
  omittedMessages: z.int(),
  trimmedToolResults: z.int(),
})

export const budgetPartSchema = z.object({
  type: z.literal('data-budget'),
  id: z.string().optional(),
  data: budgetSchema,
})

export const messagePartSchema = z.discriminatedUnion('type', [
  textPartSchema,
  reasoningPartSchema,
  filePartSchema,
  toolPartSchema,
  stepPartSchema,
  takeoverPartSchema,
  budgetPartSchema,
])

/**
 * Why an answer is not whole. `interrupted`: its worker died and the model did not go on · `upstream`: the model's stream
 * broke off · `length`: the answer's token budget ran out · `rounds`, `seconds`: a bound of the tool loop was met.
 */
export const incompleteReasonSchema = z.enum(['interrupted', 'upstream', 'length', 'rounds', 'seconds'])

/** `running` while a run writes it; the other states are final, until the person continues an incomplete answer. */
export const messageStateSchema = z.enum(['running', 'waiting', 'complete', 'incomplete', 'cancelled', 'failed'])

export const usageSchema = z.object({
  inputTokens: z.int(),
  outputTokens: z.int(),
  cachedTokens: z.int(),
  reasoningTokens: z.int(),
  /** True where the model did not say and we counted ourselves. */
  estimated: z.boolean(),
})

export const messageSchema = z.object({
  id: z.uuid(),
  parentId: z.uuid().nullable(),
  role: z.enum(['user', 'assistant']),
  parts: z.array(messagePartSchema),
  state: messageStateSchema,
  reason: incompleteReasonSchema.nullable(),
  /** What a person should read where the answer failed. */
  error: z.string().nullable(),
  /** The run that writes this message now. While there is one, the message is `parts` plus that run's events from seq 1. */
  runId: z.uuid().nullable(),
  model: z.string().nullable(),
  usage: usageSchema.nullable(),
  createdAt: z.iso.datetime(),
  /** All messages with the same parent, oldest first, this one among them: the branch arrows. */
  siblings: z.array(z.uuid()),
})

export type MessagePart = z.infer<typeof messagePartSchema>
export type TextPart = z.infer<typeof textPartSchema>
export type ReasoningPart = z.infer<typeof reasoningPartSchema>
export type FilePart = z.infer<typeof filePartSchema>
export type ToolPart = z.infer<typeof toolPartSchema>
export type Budget = z.infer<typeof budgetSchema>
export type IncompleteReason = z.infer<typeof incompleteReasonSchema>
export type MessageState = z.infer<typeof messageStateSchema>
export type Usage = z.infer<typeof usageSchema>
export type Message = z.infer<typeof messageSchema>
