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
  allowTool: {
    method: 'POST',
    path: '/api/tools/:name/always',
    summary: 'Always allow a tool that says it reads only, for yourself and as it is defined now',
    status: 204,
    auth: 'person',
    scope: null,
    limit: 'write',
    owner: 'self',
    params: z.object({ name: z.string().max(200) }),
    answer: 'empty',
  },
  disallowTool: {
    method: 'DELETE',
    path: '/api/tools/:name/always',
    summary: 'Ask again before this tool runs',
    status: 204,
    auth: 'person',
    scope: null,
    limit: 'write',
    owner: 'self',
    params: z.object({ name: z.string().max(200) }),
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
