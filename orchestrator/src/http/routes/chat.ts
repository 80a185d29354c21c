import {
  type RunStarted,
  type SendMessage,
  type TransportBody,
  type UserPart,
  userPartSchema,
} from '@ai-assistant/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Conversations } from '../../conversations/conversations.ts'
import type { ReaderHub } from '../../journal/reader-hub.ts'
import { isUuid } from '../../lib/new-id.ts'
import type { RunManager } from '../../runs/run-manager.ts'
import type { StartRequest } from '../../runs/start-request.ts'
import { streamRun } from '../event-stream.ts'
import { answerHeaders } from '../rate-limit.ts'
import { HttpProblem, toInvalidRequest } from '../problem.ts'
import { readKey } from '../read-key.ts'
import type { Handlers } from '../route.ts'
import { arrivalOf } from '../trace-requests.ts'

export function createChatRoutes(services: {
  runs: RunManager
  conversations: Conversations
  readers: ReaderHub
}): Pick<Handlers, 'sendMessage' | 'resumeChat'> {
  const { runs, conversations, readers } = services
  return {
    sendMessage: async ({ body, person, caller, request, reply }) => {
      const { answer, run } = await runs.start(
        {
          ...toStartRequest(body, request),
          ...arrivalOf(request, reply),
          ...(caller.means === 'session' && caller.recalled ? { session: caller.sessionId } : {}),
          onCounted: (limits, standing) => void reply.headers(answerHeaders(limits, standing)),
        },
        person.id,
      )
      request.bodyStored()
      announce(reply, answer, run === null)
      if (wantsJson(request)) void reply.code(202).send(answer)
      else await streamRun(reply, readers, { runId: answer.runId, after: 0, begins: run !== null })
    },
    resumeChat: async ({ params, person, reply }) => {
      const conversation = await conversations.findByName(person.id, params.id)
      if (conversation === null) throw new HttpProblem('not_found')
      if (conversation.activeRunId === null) void reply.code(204).send()
      else await streamRun(reply, readers, { runId: conversation.activeRunId, after: 0 })
    },
  }
}

/** Our own body says all there is to say. */
function toStartRequest(body: SendMessage | TransportBody, request: FastifyRequest): StartRequest {
  const call = { key: readKey(request), bodyHash: request.bodyHash }
  return 'messages' in body ? fromTransport(body as TransportBody, call) : { ...body, ...call }
}

/**
 * The AI SDK's transport sends the whole chat, of which the last message is new, or `messageId` once more in other words.
 * Its ids are unique in their chat. Those of answers are ours, so an edited question finds its place after the answer
 * before it. No header holds a line feed: a key made here is never one that somebody sent.
 */
function fromTransport(chat: TransportBody, call: { key: string | null; bodyHash: Buffer }): StartRequest {
  const edited = chat.messageId !== undefined
  if (chat.trigger === 'regenerate-message') {
    const messageId = edited && isUuid(chat.messageId ?? '') ? { messageId: chat.messageId ?? '' } : {}
    return { alias: chat.id, ...messageId, trigger: 'regenerate-message', ...call }
  }
  const last = chat.messages.at(-1)
  const edition = edited ? `\n${call.bodyHash.toString('base64url')}` : ''
  return {
    alias: chat.id,
    trigger: 'submit-message',
    parts: toUserParts(last),
    ...(edited ? parentOf(chat.messages) : {}),
    ...call,
    key: call.key ?? `${chat.id}\n${last?.id ?? ''}${edition}`,
  }
}

/** The place after the last answer before the last message: the chat's beginning where there is none. */
function parentOf(messages: TransportBody['messages']): { parentId?: string | null } {
  const before = messages.at(-2)
  if (before === undefined) return { parentId: null }
  return isUuid(before.id) ? { parentId: before.id } : {}
}

function toUserParts(message: TransportBody['messages'][number] | undefined): UserPart[] {
  if (message?.role !== 'user') {
    throw new HttpProblem('invalid_request', 'body.messages: the last message must be the person’s')
  }
  return message.parts.map((part) => {
    const result = userPartSchema.safeParse(part)
    if (!result.success) throw toInvalidRequest('body', result.error)
    return result.data
  })
}

function announce(reply: FastifyReply, answer: RunStarted, replayed: boolean): void {
  reply.headers({ 'x-run-id': answer.runId, 'x-conversation-id': answer.conversationId })
  if (replayed) reply.header('idempotent-replayed', 'true')
}

function wantsJson(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? ''
  return accept.includes('application/json') && !accept.includes('text/event-stream')
}
