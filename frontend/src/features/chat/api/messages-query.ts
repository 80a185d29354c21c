import type { MessagePage } from '@ai-assistant/contract'
import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef } from 'react'
import { request } from '../../../lib/api.ts'
import { keys } from '../../../lib/keys.ts'
import type { MessageList } from './message-list.ts'

// Needed with the first page of messages, and not before.
const lists = import('./message-list.ts')

const NEWEST_PAGE = 40
const OLDER_PAGE = 100

/** The transcript. Reading it again costs one page, however far up the person has scrolled. */
export function messagesQuery(conversationId: string) {
  return queryOptions({
    queryKey: keys.messages(conversationId),
    queryFn: async ({ client, signal, queryKey }): Promise<MessageList> => {
      const newest = await request<MessagePage>('GET', pagePath(conversationId, NEWEST_PAGE), { signal })
      const { mergeNewest } = await lists
      return mergeNewest(client.getQueryData<MessageList>(queryKey), newest)
    },
  })
}

/** Reads the page above the first known message into the list; one at a time. */
export function useLoadOlder(conversationId: string): () => Promise<void> {
  const client = useQueryClient()
  const busy = useRef(false)
  return useCallback(async () => {
    const key = keys.messages(conversationId)
    const known = client.getQueryData<MessageList>(key)
    if (busy.current || !known?.nextCursor) return
    busy.current = true
    try {
      const older = await request<MessagePage>('GET', pagePath(conversationId, OLDER_PAGE, known.nextCursor))
      const { prependOlder } = await lists
      client.setQueryData<MessageList>(key, (now) => (now === undefined ? now : prependOlder(now, older)))
    } finally {
      busy.current = false
    }
  }, [client, conversationId])
}

function pagePath(conversationId: string, limit: number, before?: string): string {
  const query = new URLSearchParams({ limit: String(limit), ...(before === undefined ? {} : { before }) })
  return `/api/conversations/${conversationId}/messages?${query}`
}
