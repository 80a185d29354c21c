import { z } from 'zod'
import { sendMessageSchema, transportBodySchema } from '../chat.ts'
import type { Route } from './route.ts'

const chatId = z.object({ id: z.string().min(1).max(200) })

/** A question, and its answer as it is written. */
export const chatRoutes = {
  sendMessage: {
    method: 'POST',
    path: '/api/chat',
    summary:
      'Ask, regenerate or continue: answers with the stream itself, or 202 and the run with Accept: application/json',
    auth: 'person',
    scope: 'chat',
    limit: 'answer',
    owner: 'conversation',
    body: z.union([sendMessageSchema, transportBodySchema]),
    answer: 'stream',
  },
  resumeChat: {
    method: 'GET',
    path: '/api/chat/:id/stream',
    summary: "Replay a conversation's running answer from its start; 204 when none runs",
    auth: 'person',
    scope: 'chat',
    limit: 'read',
    owner: 'conversation',
    params: chatId,
    answer: 'stream',
  },
} as const satisfies Record<string, Route>
