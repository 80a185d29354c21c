import { z } from 'zod'
import { approvalAnswerSchema, runSchema } from '../chat.ts'
import type { Route } from './route.ts'

const id = z.object({ id: z.uuid() })
const after = z.object({ after: z.coerce.number().int().nonnegative().optional() })

/** One answer: its state, its events, its end. */
export const runsRoutes = {
  getRun: {
    method: 'GET',
    path: '/api/runs/:id',
    summary: 'The state of an answer',
    auth: 'person',
    scope: 'chat',
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
    scope: 'chat',
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
    scope: 'chat',
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
    scope: null,
    limit: 'write',
    owner: 'run',
    params: z.object({ id: z.uuid(), approvalId: z.string().max(100) }),
    body: approvalAnswerSchema,
    answer: runSchema,
  },
} as const satisfies Record<string, Route>
