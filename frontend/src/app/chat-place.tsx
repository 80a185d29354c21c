import { useEffect, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ChatHeader } from '../features/chat/chat-header.tsx'
import { ChatView } from '../features/chat/chat-view.tsx'
import { conversationQuery } from '../lib/conversation-query.ts'
import { useStored } from '../lib/use-stored.ts'

interface ChatPlaceProps {
  conversationId: string | null
  onCreated: (conversationId: string) => void
  lead: ReactNode
}

/** A conversation, or the place where one begins. */
export function ChatPlace({ conversationId, onCreated, lead }: ChatPlaceProps) {
  const [newPrompt, setNewPrompt] = useStored('draft-prompt:new')
  const conversation = useQuery({ ...conversationQuery(conversationId ?? 'new'), enabled: conversationId !== null })
  const title = conversation.data?.title
  useEffect(() => {
    document.title = title ? `${title} · AI Assistant` : 'AI Assistant'
  }, [title])
  return (
    <ChatView
      conversationId={conversationId}
      systemPrompt={newPrompt ?? ''}
      onCreated={(id) => {
        setNewPrompt(null)
        onCreated(id)
      }}
      header={
        <ChatHeader
          conversationId={conversationId}
          newPrompt={newPrompt ?? ''}
          onNewPrompt={setNewPrompt}
          lead={lead}
        />
      }
    />
  )
}
