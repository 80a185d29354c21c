import type { AnswerCost as Cost, UsageLine } from '@ai-assistant/contract'
import { useQuery } from '@tanstack/react-query'
import { request } from '../../../lib/api.ts'
import { keys } from '../../../lib/keys.ts'
import { money } from '../../../lib/money.ts'
import { placeOf, usePath } from '../../../lib/router.ts'

/** Tools whose share is told by name. */
const NAMED = 3

/** What the answer cost, in words: the sum, and which tools' outputs caused how much of it. */
export function AnswerCost({ messageId }: { messageId: string }) {
  const place = placeOf(usePath())
  const conversationId = place.page === 'conversation' ? place.id : null
  const cost = useQuery({
    queryKey: keys.cost(messageId),
    enabled: conversationId !== null,
    queryFn: ({ signal }) =>
      request<Cost>('GET', `/api/conversations/${conversationId}/messages/${messageId}/cost`, { signal }),
  })
  if (cost.isPending) return 'being looked up …'
  return cost.data === undefined ? 'cannot be told just now' : words(cost.data)
}

function words({ cost, currency, lines }: Cost): string {
  const lost = lines.filter(({ charged }) => !charged).length
  const more = lost === 0 ? '' : `; ${lost === 1 ? 'one attempt' : `${lost} attempts`} lost with a server`
  if (cost === null) return `not known: the model has no price${more}`
  return [money(cost, currency), ...sharesOf(lines)].join(', of which ') + more
}

function sharesOf(lines: readonly UsageLine[]): string[] {
  const byTool = new Map<string, number>()
  for (const { name, share } of lines) if (share !== null) byTool.set(name, (byTool.get(name) ?? 0) + share)
  const largest = [...byTool].filter(([, share]) => share >= 0.005).sort(([, a], [, b]) => b - a)
  if (largest.length === 0) return []
  const told = largest.slice(0, NAMED).map(([name, share]) => `${Math.round(share * 100)}% was the output of ${name}`)
  return [told.join(', ')]
}
