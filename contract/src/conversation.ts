import { z } from 'zod'
import { messageSchema } from './message.ts'
import { seenText } from './seen-text.ts'

export const conversationSchema = z.object({
  id: z.uuid(),
  title: z.string(),
  /** `automatic`: the beginning of the first question. A title a person gave is never replaced. */
  titleSource: z.enum(['none', 'automatic', 'person']),
  systemPrompt: z.string(),
  /** Counts changes of the head; a send made against an older one is refused. */
  version: z.int(),
  headMessageId: z.uuid().nullable(),
  /** The answer that runs or waits in this conversation now. */
  activeRunId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const conversationPageSchema = z.object({
  items: z.array(conversationSchema),
  nextCursor: z.string().nullable(),
})

export const listConversationsSchema = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** `api`: those that programs made, which are kept apart. */
  origin: z.enum(['app', 'api']).default('app'),
  /** Words to find in titles and messages. */
  search: z.string().max(200).optional(),
})

export const changeConversationSchema = z
  .strictObject({
    title: z.string().overwrite(seenText).trim().min(1).max(200),
    systemPrompt: z.string().max(20_000).overwrite(seenText),
    /** Shows another branch: its last message becomes the head. Needs `version`. */
    headMessageId: z.uuid(),
    version: z.int().nonnegative(),
  })
  .partial()
  .refine((change) => change.headMessageId === undefined || change.version !== undefined, {
    message: 'version is needed to change the head',
    path: ['version'],
  })

export const listMessagesSchema = z.strictObject({
  /** A message's id: the page ends just before it. */
  before: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** The messages of the shown branch, oldest first. `nextCursor` is the `before` of the page above. */
export const messagePageSchema = z.object({
  items: z.array(messageSchema),
  nextCursor: z.uuid().nullable(),
})

export type Conversation = z.infer<typeof conversationSchema>
export type ConversationPage = z.infer<typeof conversationPageSchema>
export type ListConversations = z.infer<typeof listConversationsSchema>
export type ChangeConversation = z.infer<typeof changeConversationSchema>
export type ListMessages = z.infer<typeof listMessagesSchema>
export type MessagePage = z.infer<typeof messagePageSchema>
