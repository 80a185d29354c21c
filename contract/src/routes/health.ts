import { z } from 'zod'
import { backupsViewSchema } from '../backups.ts'
import { healthSchema, readySchema } from '../health.ts'
import { systemViewSchema } from '../system.ts'
import type { Route } from './route.ts'

/** What watches and describes this server. */
export const healthRoutes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'The process is alive; touches nothing else',
    auth: 'public',
    scope: null,
    limit: 'none',
    owner: 'none',
    answer: healthSchema,
  },
  ready: {
    method: 'GET',
    path: '/ready',
    summary: 'The process can serve; 503 with the failing checks otherwise',
    auth: 'public',
    scope: null,
    limit: 'none',
    owner: 'none',
    answer: readySchema,
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus metrics',
    auth: 'metrics',
    scope: null,
    limit: 'none',
    owner: 'none',
    answer: 'text',
  },
  openapi: {
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    auth: 'public',
    scope: null,
    limit: 'read',
    owner: 'none',
    answer: z.record(z.string(), z.unknown()),
  },
  getSystem: {
    method: 'GET',
    path: '/api/system',
    summary: 'Look the running system over: what is wrong or worth a thought, and what to do',
    auth: 'admin',
    scope: 'admin',
    limit: 'write',
    owner: 'none',
    answer: systemViewSchema,
  },
  getBackups: {
    method: 'GET',
    path: '/api/backups',
    summary: 'The last backup, its age, size and proof, and the last attempts',
    auth: 'admin',
    scope: 'admin',
    limit: 'read',
    owner: 'none',
    answer: backupsViewSchema,
  },
} as const satisfies Record<string, Route>
