import { z } from 'zod'
import { filePartSchema, messageStateSchema, textPartSchema } from './message.ts'
import { seenText } from './seen-text.ts'

const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

/**
 * A pasted image: its bytes, never an address. Whoever reads an address fetches it, be it the model's server inside the
 * operator's network (SSRF) or the page of the next reader.
 */
const imagePartSchema = filePartSchema.refine(
  ({ mediaType, url }) => imageTypes.includes(mediaType) && url.startsWith(`data:${mediaType};base64,`),
  { message: `must be a data: URL in base64 of one of ${imageTypes.join(', ')}, as mediaType says`, path: ['url'] },
)

/** Pasted text may hide orders to the model from the one who pastes it. */
const seenPartSchema = textPartSchema.extend({ text: z.string().overwrite(seenText) })

/** What a person may put into a message: text and pasted images. */
export const userPartSchema = z.discriminatedUnion('type', [seenPartSchema, imagePartSchema])

/**
 * The body of `POST /api/chat`.
 *
 * - `submit-message` adds `parts` as a question under `parentId` (absent: under the conversation's head; null: as a new
 *   first message). To edit a question is to submit under the parent of the edited one, which makes a branch.
 * - `regenerate-message` answers the question of the answer `messageId` once more, as a sibling.
 * - `continue-message` goes on with the incomplete answer `messageId`, in the same message.
 */
export const sendMessageSchema = z.strictObject({
  /** Absent: a new conversation. */
  conversationId: z.uuid().optional(),
  trigger: z.enum(['submit-message', 'regenerate-message', 'continue-message']).default('submit-message'),
  parentId: z.uuid().nullable().optional(),
  messageId: z.uuid().optional(),
  /** The version of the conversation's head as this page knows it. A stale one is refused with `conversation_changed`. */
  version: z.int().nonnegative().optional(),
  parts: z.array(userPartSchema).min(1).max(20).optional(),
  /** For a new conversation only. */
  systemPrompt: z.string().max(20_000).overwrite(seenText).optional(),
})

/** What the AI SDK's default chat transport sends. Its ids are the client's own words: any short text. */
export const transportMessageSchema = z.looseObject({
  id: z.string().min(1).max(200),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string() })).max(1000),
})

export const transportBodySchema = z.looseObject({
  id: z.string().min(1).max(200),
  messages: z.array(transportMessageSchema).min(1),
  trigger: z.enum(['submit-message', 'regenerate-message']),
  messageId: z.string().max(200).optional(),
})

/** The answer to `POST /api/chat` with `Accept: application/json`: the run was started, follow its events. */
export const runStartedSchema = z.object({
  runId: z.uuid(),
  conversationId: z.uuid(),
  /** The answer's message. */
  messageId: z.uuid(),
  userMessageId: z.uuid().nullable(),
  /** The conversation's version after this. */
  version: z.int(),
})

export const runSchema = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
  state: messageStateSchema,
  lastSeq: z.int(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})

export const approvalAnswerSchema = z
  .strictObject({
    approved: z.boolean(),
    reason: z.string().max(500).optional(),
    /** Approve, and never ask again while the tool stays as it is: for tools that say they read only. */
    always: z.boolean().optional(),
  })
  .refine(({ approved, always }) => approved || always !== true, {
    message: 'goes with approved alone',
    path: ['always'],
  })

export type SendMessage = z.infer<typeof sendMessageSchema>
export type UserPart = z.infer<typeof userPartSchema>
export type TransportBody = z.infer<typeof transportBodySchema>
export type RunStarted = z.infer<typeof runStartedSchema>
export type Run = z.infer<typeof runSchema>
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>
