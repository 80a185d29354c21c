import type { Ledger } from '../../usage/ledger.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createUsageRoutes(ledger: Ledger): Pick<Handlers, 'getAnswerCost' | 'getUsage' | 'exportUsage'> {
  return {
    getAnswerCost: async ({ params, person }) => {
      const cost = await ledger.answerCost(person.id, params.id, params.messageId)
      if (cost === null) throw new HttpProblem('not_found')
      return cost
    },
    getUsage: ({ query }) => ledger.summary(query),
    exportUsage: async ({ query, reply }) => {
      const name = `usage-${query.from}-to-${query.to}.csv`
      reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`)
      return ledger.csv(query)
    },
  }
}
