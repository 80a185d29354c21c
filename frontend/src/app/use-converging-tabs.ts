import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { conversationChanged } from '../lib/conversation-query.ts'
import { tabChannel } from '../lib/tab-channel.ts'

/** What another tab changed is read again here. */
export function useConvergingTabs(): void {
  const client = useQueryClient()
  useEffect(() => tabChannel.listen((id) => conversationChanged(client, id)), [client])
}
