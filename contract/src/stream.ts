import { z } from 'zod'
import { budgetSchema, incompleteReasonSchema, usageSchema } from './message.ts'

/**
 * What one answer's stream carries: the AI SDK's UI message stream (server-sent events, one JSON object a `data:` line,
 * closed by `data: [DONE]`). Each event has `id: <seq>`, dense from 1 within its run, which `Last-Event-ID` and `?after=`
 * take back. The last part before `[DONE]` is always `finish`.
 */
export const startMetadataSchema = z.object({
  runId: z.uuid(),
  conversationId: z.uuid(),
  /** The question this answers; null when an answer is continued. */
  userMessageId: z.uuid().nullable(),
  model: z.string(),
})

export const finishMetadataSchema = z.object({
  state: z.enum(['complete', 'incomplete', 'cancelled', 'failed']),
  reason: incompleteReasonSchema.optional(),
  error: z.string().optional(),
  usage: usageSchema,
})

const start = z.object({
  type: z.literal('start'),
  messageId: z.uuid(),
  messageMetadata: startMetadataSchema,
})
const startStep = z.object({ type: z.literal('start-step') })
const finishStep = z.object({ type: z.literal('finish-step') })
const textStart = z.object({
  type: z.literal('text-start'),
  id: z.string(),
  /** This text goes on directly where the step's last text ended: the two are one. */
  continues: z.literal(true).optional(),
})
const textDelta = z.object({ type: z.literal('text-delta'), id: z.string(), delta: z.string() })
const textEnd = z.object({ type: z.literal('text-end'), id: z.string() })
const reasoningStart = z.object({ type: z.literal('reasoning-start'), id: z.string() })
const reasoningDelta = z.object({ type: z.literal('reasoning-delta'), id: z.string(), delta: z.string() })
const reasoningEnd = z.object({ type: z.literal('reasoning-end'), id: z.string() })
const toolInputStart = z.object({
  type: z.literal('tool-input-start'),
  toolCallId: z.string(),
  toolName: z.string(),
  title: z.string().optional(),
  dynamic: z.literal(true),
})
const toolInputAvailable = z.object({
  type: z.literal('tool-input-available'),
  toolCallId: z.string(),
  toolName: z.string(),
  title: z.string().optional(),
  input: z.unknown(),
  dynamic: z.literal(true),
})
const toolApprovalRequest = z.object({
  type: z.literal('tool-approval-request'),
  approvalId: z.string(),
  toolCallId: z.string(),
})
const toolApprovalResponse = z.object({
  type: z.literal('tool-approval-response'),
  approvalId: z.string(),
  approved: z.boolean(),
  reason: z.string().optional(),
})
const toolOutputAvailable = z.object({
  type: z.literal('tool-output-available'),
  toolCallId: z.string(),
  output: z.unknown(),
  dynamic: z.literal(true),
})
const toolOutputError = z.object({
  type: z.literal('tool-output-error'),
  toolCallId: z.string(),
  errorText: z.string(),
  dynamic: z.literal(true),
})
const toolOutputDenied = z.object({ type: z.literal('tool-output-denied'), toolCallId: z.string() })
const dataTakeover = z.object({
  type: z.literal('data-takeover'),
  id: z.string().optional(),
  data: z.object({ epoch: z.int() }),
})
const dataBudget = z.object({ type: z.literal('data-budget'), id: z.string().optional(), data: budgetSchema })

/** What a person waits for: shown while it lasts, kept in no message. */
const dataStatus = z.object({
  type: z.literal('data-status'),
  transient: z.literal(true),
  data: z.object({
    kind: z.enum(['retrying', 'thinking', 'waiting']),
    text: z.string(),
    retryInMs: z.int().optional(),
  }),
})
const dataProgress = z.object({
  type: z.literal('data-progress'),
  transient: z.literal(true),
  data: z.object({
    toolCallId: z.string(),
    progress: z.number(),
    total: z.number().optional(),
    text: z.string().optional(),
  }),
})

/** This server stops: reconnect, and go on after the last id seen. Has no `id:` and is in no log. */
const dataMove = z.object({
  type: z.literal('data-move'),
  transient: z.literal(true),
  data: z.object({ after: z.int() }),
})
const error = z.object({ type: z.literal('error'), errorText: z.string() })
const finish = z.object({
  type: z.literal('finish'),
  /** `tool-calls`: the program that asked is to make them. */
  finishReason: z.enum(['stop', 'length', 'tool-calls', 'error', 'other']),
  messageMetadata: finishMetadataSchema,
})

export const streamPartSchema = z.discriminatedUnion('type', [
  start,
  startStep,
  finishStep,
  textStart,
  textDelta,
  textEnd,
  reasoningStart,
  reasoningDelta,
  reasoningEnd,
  toolInputStart,
  toolInputAvailable,
  toolApprovalRequest,
  toolApprovalResponse,
  toolOutputAvailable,
  toolOutputError,
  toolOutputDenied,
  dataTakeover,
  dataBudget,
  dataStatus,
  dataProgress,
  dataMove,
  error,
  finish,
])

export type StreamPart = z.infer<typeof streamPartSchema>
export type StartMetadata = z.infer<typeof startMetadataSchema>
export type FinishMetadata = z.infer<typeof finishMetadataSchema>
