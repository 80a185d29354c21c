import { z } from 'zod'
import { approvalAnswerSchema, runSchema, sendMessageSchema, transportBodySchema } from './chat.ts'
import {
  changeConversationSchema,
  conversationPageSchema,
  conversationSchema,
  listConversationsSchema,
  listMessagesSchema,
  messagePageSchema,
} from './conversation.ts'
import { healthSchema, readySchema } from './health.ts'
import { modelTestSchema, modelViewSchema } from './model.ts'
import { redeemCodeSchema, sessionSchema } from './session.ts'
import { toolsViewSchema } from './tool.ts'

/** Who may call: anyone, a signed-in person, an administrator, or a loopback peer or the holder of `METRICS_TOKEN`. */
export type RouteAuth = 'public' | 'person' | 'admin' | 'metrics'

/** Which limit a call counts against. */
export type RouteLimit = 'none' | 'read' | 'write' | 'answer' | 'sign-in'

/** Whose object the call touches. Someone else's object and no object look the same: 404. */
export type RouteOwner = 'none' | 'self' | 'conversation' | 'run'

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `:name` for parameters. */
  path: string
  summary: string
  auth: RouteAuth
  limit: RouteLimit
  owner: RouteOwner
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** The schema of a JSON answer, `stream` for server-sent events, `text`, or `empty` for 204. */
  answer: z.ZodType | 'stream' | 'text' | 'empty'
  status?: number
}

const id = z.object({ id: z.uuid() })
const chatId = z.object({ id: z.string().min(1).max(200) })
const after = z.object({ after: z.coerce.number().int().nonnegative().optional() })

/** Every route of the orchestrator. A handler exists for each, and a handler without an entry here does not build. */
export const routes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'The process is alive; touches nothing else',
    auth: 'public',
    limit: 'none',
    owner: 'none',
    answer: healthSchema,
  },
  ready: {
    method: 'GET',
    path: '/ready',
    summary: 'The process can serve; 503 with the failing checks otherwise',
    auth: 'public',
    limit: 'none',
    owner: 'none',
    answer: readySchema,
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus metrics',
    auth: 'metrics',
    limit: 'none',
    owner: 'none',
    answer: 'text',
  },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    auth: 'public',
    limit: 'read',
    owner: 'none',
    answer: z.record(z.string(), z.unknown()),
  },
  redeemCode: {
    method: 'POST',
    path: '/api/session/code',
    summary: "Exchange a sign-in link's single-use code for a session cookie",
    auth: 'public',
    limit: 'sign-in',
    owner: 'none',
    body: redeemCodeSchema,
    answer: sessionSchema,
  },
  getSession: {
    method: 'GET',
    path: '/api/session',
    summary: 'Who is signed in',
    auth: 'person',
    limit: 'read',
    owner: 'self',
    answer: sessionSchema,
  },
  endSession: {
    method: 'DELETE',
    path: '/api/session',
    summary: 'Sign out',
    status: 204,
    auth: 'person',
    limit: 'write',
    owner: 'self',
    answer: 'empty',
  },
  listConversations: {
    method: 'GET',
    path: '/api/conversations',
    summary: 'Conversations, last used first, with search',
    auth: 'person',
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
    limit: 'read',
    owner: 'conversation',
    params: id,
    query: listMessagesSchema,
    answer: messagePageSchema,
  },
  sendMessage: {
    method: 'POST',
    path: '/api/chat',
    summary:
      'Ask, regenerate or continue: answers with the stream itself, or 202 and the run with Accept: application/json',
    auth: 'person',
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
    limit: 'read',
    owner: 'conversation',
    params: chatId,
    answer: 'stream',
  },
  getRun: {
    method: 'GET',
    path: '/api/runs/:id',
    summary: 'The state of an answer',
    auth: 'person',
    limit: 'read',
    owner: 'run',
    params: id,
    answer: runSchema,
  },
  followRun: {
    method: 'GET',
    path: '/api/runs/:id/events',
    summary: 'The events of an answer after a sequence number, then live to its end',
    auth: 'person',
    limit: 'read',
    owner: 'run',
    params: id,
    query: after,
    answer: 'stream',
  },
  cancelRun: {
    method: 'POST',
    path: '/api/runs/:id/cancel',
    summary: 'Stop an answer; what was written is kept',
    status: 202,
    auth: 'person',
    limit: 'write',
    owner: 'run',
    params: id,
    answer: runSchema,
  },
  answerApproval: {
    method: 'POST',
    path: '/api/runs/:id/approvals/:approvalId',
    summary: 'Allow or refuse one tool call, with exactly the arguments shown',
    auth: 'person',
    limit: 'write',
    owner: 'run',
    params: z.object({ id: z.uuid(), approvalId: z.string().max(100) }),
    body: approvalAnswerSchema,
    answer: runSchema,
  },
  getModel: {
    method: 'GET',
    path: '/api/model',
    summary: 'Which model answers, and why',
    auth: 'person',
    limit: 'read',
    owner: 'none',
    answer: modelViewSchema,
  },
  testModel: {
    method: 'POST',
    path: '/api/model/test',
    summary: 'Ask the model one short question and time it',
    auth: 'admin',
    limit: 'answer',
    owner: 'none',
    answer: modelTestSchema,
  },
  listTools: {
    method: 'GET',
    path: '/api/tools',
    summary: 'Tool servers: connected or why not, and their tools',
    auth: 'person',
    limit: 'read',
    owner: 'none',
    answer: toolsViewSchema,
  },
  acceptTool: {
    method: 'POST',
    path: '/api/tools/:name/accept',
    summary: 'Consent to the changed definition of a tool',
    status: 204,
    auth: 'admin',
    limit: 'write',
    owner: 'none',
    params: z.object({ name: z.string().max(200) }),
    answer: 'empty',
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes
