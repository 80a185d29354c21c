import { z } from 'zod'
import {
  changeConversationSchema,
  conversationPageSchema,
  conversationSchema,
  listConversationsSchema,
  listMessagesSchema,
  messagePageSchema,
} from '../conversation.ts'
import type { Route } from './route.ts'

const id = z.object({ id: z.uuid() })

/** The conversations of a person and their messages. */
export const conversationsRoutes = {
  listConversations: {
    method: 'GET',
    path: '/api/conversations',
    summary: 'Conversations, last used first, with search',
    auth: 'person',
    scope: 'read',
    limit: 'read',
    owner: 'self',
    query: listConversationsSchema,
    answer: conversationPageSchema,
  },
  getConversation: {
    method: 'GET',
    path: '/api/conversations/:id',
    summary: 'One conversation',
    auth: 'person',
    scope: 'read',
    limit: 'read',
    owner: 'conversation',
    params: id,
    answer: conversationSchema,
  },
  changeConversation: {
    method: 'PATCH',
    path: '/api/conversations/:id',
    summary: 'Rename, set the system prompt, or show another branch',
    auth: 'person',
    scope: 'chat',
    limit: 'write',
    owner: 'conversation',
    params: id,
    body: changeConversationSchema,
    answer: conversationSchema,
  },
  deleteConversation: {
    method: 'DELETE',
    path: '/api/conversations/:id',
    summary: 'Delete a conversation and stop its answer',
    status: 204,
    auth: 'person',
    scope: 'chat',
    limit: 'write',
    owner: 'conversation',
    params: id,
    answer: 'empty',
  },
  listMessages: {
    method: 'GET',
    path: '/api/conversations/:id/messages',
    summary: 'The shown branch, newest page first',
    auth: 'person',
    scope: 'read',
    limit: 'read',
    owner: 'conversation',
    params: id,
    query: listMessagesSchema,
    answer: messagePageSchema,
  },
} as const satisfies Record<string, Route>
