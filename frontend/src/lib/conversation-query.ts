import type { ChangeConversation, Conversation } from '@ai-assistant/contract'
import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { request } from './api.ts'
import { keys } from './keys.ts'
import { tabChannel } from './tab-channel.ts'

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => request<Conversation>('GET', `/api/conversations/${id}`, { signal }),
  })
}

/** Renames, sets the system prompt or shows another branch. Lists and other tabs follow. */
export function useChangeConversation(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: ChangeConversation) =>
      request<Conversation>('PATCH', `/api/conversations/${id}`, { body: change }),
    onSuccess: (conversation) => {
      client.setQueryData(keys.conversation(id), conversation)
      conversationChanged(client, id)
      tabChannel.tell(id)
    },
  })
}

/** Reads again what this page shows of a conversation and of the list it stands in. */
export function conversationChanged(client: QueryClient, id: string | null): void {
  if (id !== null) {
    void client.invalidateQueries({ queryKey: keys.conversation(id) })
    void client.invalidateQueries({ queryKey: keys.messages(id) })
  }
  void client.invalidateQueries({ queryKey: ['conversations', 'list'] })
}
