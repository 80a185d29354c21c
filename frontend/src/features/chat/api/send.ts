import type { RunStarted, SendMessage } from '@ai-assistant/contract'
import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import { isPassing, ProblemError, request } from '../../../lib/api.ts'
import { backoff } from '../../../lib/backoff.ts'
import { conversationChanged } from '../../../lib/conversation-query.ts'
import { tabChannel } from '../../../lib/tab-channel.ts'

// Only softens the moment until the messages are read again: without it they show a little later.
const showing = import('./show-started.ts').then(
  (module) => module.showStarted,
  () => null,
)

/** One action of a person. The key stays the same however often the network makes us say it again. */
export interface Send {
  key: string
  body: SendMessage
  /** It waited for an answer to end. */
  queued: boolean
}

export interface SendHandlers {
  onStarted: (started: RunStarted, send: Send) => void
  onRefused: (error: Error, send: Send) => void
}

/**
 * Sends, and says it again with back-off for as long as nobody answers. The mutation lives in the query client: it goes on
 * when the person looks at another conversation meanwhile.
 */
export function useSend(place: string, handlers: SendHandlers) {
  const client = useQueryClient()
  return useMutation<RunStarted, Error, Send>({
    mutationKey: ['send', place],
    mutationFn: ({ key, body }) =>
      request<RunStarted>('POST', '/api/chat', { body, headers: { 'idempotency-key': key }, timeoutMs: 20_000 }),
    networkMode: 'always',
    retry: (_count, error) => isPassing(error),
    retryDelay: (attempt, error) =>
      Math.max(backoff(attempt), error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0),
    onSuccess: async (started, send) => {
      const showStarted = await showing
      showStarted?.(client, started, send.body)
      conversationChanged(client, started.conversationId)
      tabChannel.tell(started.conversationId)
      handlers.onStarted(started, send)
    },
    onError: (error, send) => {
      if (send.body.conversationId !== undefined) conversationChanged(client, send.body.conversationId)
      handlers.onRefused(error, send)
    },
  })
}

/** What is on its way in this place, and how often it had to be said. */
export function usePendingSends(place: string): { send: Send; failures: number }[] {
  return useMutationState({
    filters: { mutationKey: ['send', place], exact: true, status: 'pending' },
    select: ({ state }) => ({ send: state.variables as Send, failures: state.failureCount }),
  })
}
