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
import { HttpProblem, toInvalidRequest } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createChatRoutes(services: {
  runs: RunManager
  conversations: Conversations
  readers: ReaderHub
}): Pick<Handlers, 'sendMessage' | 'resumeChat'> {
  const { runs, conversations, readers } = services
  return {
    sendMessage: async ({ body, person, request, reply }) => {
      const { answer, run } = await runs.start(toStartRequest(body, request), person.id)
      announce(reply, answer, run === null)
      if (wantsJson(request)) void reply.code(202).send(answer)
      else await streamRun(reply, readers, answer.runId, 0)
    },
    resumeChat: async ({ params, person, reply }) => {
      const conversation = await conversations.findByName(person.id, params.id)
      if (conversation === null) throw new HttpProblem('not_found')
      if (conversation.activeRunId === null) void reply.code(204).send()
      else await streamRun(reply, readers, conversation.activeRunId, 0)
    },
  }
}

/** Our own body says all there is to say; the AI SDK's transport sends the whole chat, of which the last message is new. */
function toStartRequest(body: SendMessage | TransportBody, request: FastifyRequest): StartRequest {
  const header = request.headers['idempotency-key']
  const key = typeof header === 'string' && header !== '' ? header.slice(0, 200) : null
  if (!('messages' in body)) return { ...body, key, bodyHash: request.bodyHash }
  const chat = body as TransportBody
  const conversation = { alias: chat.id }
  const last = chat.messages.at(-1)
  if (chat.trigger === 'regenerate-message') {
    const messageId = chat.messageId !== undefined && isUuid(chat.messageId) ? { messageId: chat.messageId } : {}
    return { ...conversation, ...messageId, trigger: 'regenerate-message', key, bodyHash: request.bodyHash }
  }
  return {
    ...conversation,
    trigger: 'submit-message',
    parts: toUserParts(last),
    key: key ?? last?.id ?? null,
    bodyHash: request.bodyHash,
  }
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
