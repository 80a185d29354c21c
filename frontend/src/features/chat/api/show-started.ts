import type { Conversation, Message, MessagePart, RunStarted, SendMessage } from '@ai-assistant/contract'
import type { QueryClient } from '@tanstack/react-query'
import { keys } from '../../../lib/keys.ts'
import { appendStarted, type MessageList } from './message-list.ts'

/** Shows question and answer before the list is read again, so that nothing flickers. */
export function showStarted(client: QueryClient, started: RunStarted, body: SendMessage): void {
  const key = keys.messages(started.conversationId)
  client.setQueryData<Conversation>(keys.conversation(started.conversationId), (known) =>
    known === undefined
      ? known
      : { ...known, version: started.version, headMessageId: started.messageId, activeRunId: started.runId },
  )
  client.setQueryData<MessageList>(key, (known) => {
    if (body.trigger !== 'submit-message' && known === undefined) return known
    // A send that was said twice is answered twice, and the list may have been read in between.
    if (started.userMessageId !== null && known?.items.some(({ id }) => id === started.userMessageId)) return known
    const { question, answer } = startedMessages(started, body, known)
    return appendStarted(known, question, answer)
  })
}

function startedMessages(started: RunStarted, body: SendMessage, known: MessageList | undefined) {
  const before = known?.items.find((message) => message.id === started.messageId)
  const replaced = known?.items.find((message) => message.id === body.messageId)
  const parentId = body.parentId === undefined ? (known?.items.at(-1)?.id ?? null) : body.parentId
  const edited = known?.items.find((message) => message.parentId === parentId && message.role === 'user')
  const blank = { reason: null, error: null, model: null, usage: null, createdAt: new Date().toISOString() }
  const question: Message | null =
    started.userMessageId === null || body.trigger !== 'submit-message'
      ? null
      : {
          ...blank,
          id: started.userMessageId,
          parentId,
          role: 'user',
          parts: (body.parts ?? []) as MessagePart[],
          state: 'complete',
          runId: null,
          siblings: [...(edited?.siblings ?? []), started.userMessageId],
        }
  const answer: Message = {
    ...blank,
    id: started.messageId,
    parentId: question?.id ?? before?.parentId ?? replaced?.parentId ?? null,
    role: 'assistant',
    parts: before?.parts ?? [],
    state: 'running',
    runId: started.runId,
    siblings: before?.siblings ?? [...(replaced?.siblings ?? []), started.messageId],
  }
  return { question, answer }
}
