import type { Conversation } from '@ai-assistant/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { conversationChanged } from '../../lib/conversation-query.ts'

/** A title is made beside the first answer: it is looked for a few times, ever more rarely. */
const LOOK_AFTER_MS = [1_500, 4_000, 10_000, 25_000]

/** Lets the automatic title appear by itself. */
export function useTitleArrives(conversation: Conversation | undefined, busy: boolean): void {
  const client = useQueryClient()
  const id = conversation?.titleSource === 'none' && !busy ? conversation.id : null
  useEffect(() => {
    if (id === null) return
    const timers = LOOK_AFTER_MS.map((ms) => setTimeout(() => conversationChanged(client, id), ms))
    return () => timers.forEach((timer) => clearTimeout(timer))
  }, [client, id])
}
