import { z } from 'zod'
import { answerCostSchema, usagePeriodSchema, usageSummarySchema } from '../usage.ts'
import type { Route } from './route.ts'

/** What answers cost. */
export const usageRoutes = {
  getAnswerCost: {
    method: 'GET',
    path: '/api/conversations/:id/messages/:messageId/cost',
    summary: 'What one answer cost, call by call',
    auth: 'person',
    scope: 'read',
    limit: 'read',
    owner: 'conversation',
    params: z.object({ id: z.uuid(), messageId: z.uuid() }),
    answer: answerCostSchema,
  },
  getUsage: {
    method: 'GET',
    path: '/api/usage',
    summary: 'Tokens and cost by day, model, person and tool',
    auth: 'admin',
    scope: 'admin',
    limit: 'read',
    owner: 'none',
    query: usagePeriodSchema,
    answer: usageSummarySchema,
  },
  exportUsage: {
    method: 'GET',
    path: '/api/usage.csv',
    summary: 'The same as CSV: a line for each day, person, model or tool',
    auth: 'admin',
    scope: 'admin',
    limit: 'read',
    owner: 'none',
    query: usagePeriodSchema,
    answer: 'text',
  },
} as const satisfies Record<string, Route>
