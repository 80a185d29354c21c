import type { Conversations } from '../../conversations/conversations.ts'
import type { Messages } from '../../conversations/messages.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createConversationRoutes(services: {
  conversations: Conversations
  messages: Messages
  /** Stops an answer whose conversation is gone. */
  dropRun: (runId: string) => void
}): Pick<
  Handlers,
  'listConversations' | 'getConversation' | 'changeConversation' | 'deleteConversation' | 'listMessages'
> {
  const { conversations, messages, dropRun } = services
  return {
    listConversations: async ({ query, person }) => {
      const page = await conversations.list(person.id, query)
      if (page === null) throw new HttpProblem('invalid_request', 'query.cursor: send the nextCursor of a page')
      return page
    },
    getConversation: async ({ params, person }) => found(await conversations.get(person.id, params.id)),
    changeConversation: async ({ params, body, person }) => {
      const changed = found(await conversations.change(person.id, params.id, body))
      if (changed === 'no-message') throw new HttpProblem('not_found', 'headMessageId: no message of this conversation')
      if (changed !== 'stale') return changed
      const current = found(await conversations.get(person.id, params.id))
      const { version, headMessageId } = current
      throw new HttpProblem('conversation_changed', undefined, { context: { version, headMessageId } })
    },
    deleteConversation: async ({ params, person, request }) => {
      const { activeRunId } = found(await conversations.remove(person.id, params.id, originOf(request)))
      if (activeRunId !== null) dropRun(activeRunId)
    },
    listMessages: async ({ params, query, person }) => found(await messages.list(person.id, params.id, query)),
  }
}

function found<T>(value: T | null): T {
  if (value === null) throw new HttpProblem('not_found')
  return value
}
