import type { Conversation, ConversationPage } from '@ai-assistant/contract'
import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { tabChannel } from '../../lib/tab-channel.ts'

const PAGE = 40

/** Conversations, last used first; with `search`, those that have the words in their title or messages. */
export function conversationListQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: keys.conversationList(search),
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE) })
      if (pageParam !== null) query.set('cursor', pageParam)
      if (search !== '') query.set('search', search)
      return request<ConversationPage>('GET', `/api/conversations?${query}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    select: ({ pages }): Conversation[] => {
      // A conversation used between two reads may stand on two pages.
      const seen = new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item]))
      return [...seen.values()]
    },
  })
}

export function useDeleteConversation() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request<undefined>('DELETE', `/api/conversations/${id}`),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: keys.conversation(id) })
      client.removeQueries({ queryKey: keys.messages(id) })
      void client.invalidateQueries({ queryKey: ['conversations', 'list'] })
      tabChannel.tell(id)
    },
  })
}
