import { z } from 'zod'
import { toolsViewSchema } from '../tool.ts'
import type { Route } from './route.ts'

/** The tools that answers may use. */
export const toolsRoutes = {
  listTools: {
    method: 'GET',
    path: '/api/tools',
    summary: 'Tool servers: connected or why not, and their tools',
    auth: 'person',
    scope: 'any',
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
    scope: null,
    limit: 'write',
    owner: 'none',
    params: z.object({ name: z.string().max(200) }),
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
