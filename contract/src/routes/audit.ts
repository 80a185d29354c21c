import { auditPageSchema, exportAuditSchema, listAuditSchema } from '../audit.ts'
import type { Route } from './route.ts'

/** What was done, by whom, to what. */
export const auditRoutes = {
  listAudit: {
    method: 'GET',
    path: '/api/audit',
    summary: 'The audit log, newest first',
    auth: 'admin',
    scope: 'admin',
    limit: 'read',
    owner: 'none',
    query: listAuditSchema,
    answer: auditPageSchema,
  },
  exportAudit: {
    method: 'GET',
    path: '/api/audit/export',
    summary: 'The audit log as JSON, one entry a line, newest first; the export is itself an entry',
    auth: 'admin',
    scope: 'admin',
    limit: 'write',
    owner: 'none',
    query: exportAuditSchema,
    answer: 'lines',
  },
} as const satisfies Record<string, Route>
