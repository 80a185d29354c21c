import { exportAudit, readAudit } from '../../audit/read-audit.ts'
import { recordAudit } from '../../audit/record-audit.ts'
import type { Database } from '../../storage/database.ts'
import { originOf } from '../origin-of.ts'
import type { Handlers } from '../route.ts'

export function createAuditRoutes(database: Database): Pick<Handlers, 'listAudit' | 'exportAudit'> {
  return {
    listAudit: ({ query }) => readAudit(database, query),
    exportAudit: async ({ query, person, request, reply }) => {
      const actor = { kind: 'person' as const, id: person.id }
      await database.asSystem((tx) =>
        recordAudit(tx, {
          actor,
          action: 'audit.exported',
          details: { filter: JSON.stringify(query) },
          origin: originOf(request),
        }),
      )
      reply.header('content-disposition', 'attachment; filename="audit.jsonl"')
      return exportAudit(database, query)
    },
  }
}
