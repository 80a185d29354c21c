import { recordAudit } from '../../audit/record-audit.ts'
import type { Database } from '../../storage/database.ts'
import type { Ledger } from '../../usage/ledger.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createUsageRoutes(
  ledger: Ledger,
  database: Database,
): Pick<Handlers, 'getAnswerCost' | 'getUsage' | 'exportUsage'> {
  return {
    getAnswerCost: async ({ params, person }) => {
      const cost = await ledger.answerCost(person.id, params.id, params.messageId)
      if (cost === null) throw new HttpProblem('not_found')
      return cost
    },
    getUsage: ({ query }) => ledger.summary(query),
    exportUsage: async ({ query, person, request, reply }) => {
      const csv = await ledger.csv(query)
      const actor = { kind: 'person' as const, id: person.id }
      const [details, origin] = [{ from: query.from, to: query.to }, originOf(request)]
      await database.asSystem((tx) => recordAudit(tx, { actor, action: 'usage.exported', details, origin }))
      const name = `usage-${query.from}-to-${query.to}.csv`
      reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`)
      return csv
    },
  }
}
