import { useQuery } from '@tanstack/react-query'
import { Icon } from '../../components/ui/icon.tsx'
import { lazy, Suspense, useState } from 'react'
import { IconButton } from '../../components/ui/button.tsx'
import { Link } from '../../components/ui/link.tsx'
import { conversationQuery, useChangeConversation } from '../../lib/conversation-query.ts'
import { modelQuery } from '../../lib/model-query.ts'
import { pathTo } from '../../lib/router.ts'

const SystemPromptDialog = lazy(() =>
  import('./system-prompt-dialog.tsx').then((module) => ({ default: module.SystemPromptDialog })),
)

interface ChatHeaderProps {
  conversationId: string | null
  /** The system prompt a new conversation will have. */
  newPrompt: string
  onNewPrompt: (prompt: string) => void
  /** What opens the sidebar where it is closed. */
  lead: React.ReactNode
}

/** The conversation's name, its model, and its system prompt. */
export function ChatHeader({ conversationId, newPrompt, onNewPrompt, lead }: ChatHeaderProps) {
  const conversation = useQuery({ ...conversationQuery(conversationId ?? 'new'), enabled: conversationId !== null })
  const model = useQuery(modelQuery)
  const change = useChangeConversation(conversationId ?? 'new')
  const [editing, setEditing] = useState(false)
  const prompt = conversationId === null ? newPrompt : (conversation.data?.systemPrompt ?? '')
  const title = conversationId === null ? 'New chat' : conversation.data?.title || 'New chat'
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 px-3 sm:px-4">
      {lead}
      <h1 className="min-w-0 truncate px-1 text-[15px] font-semibold">{title}</h1>
      <span className="grow" />
      {model.data && (
        <Link
          href={pathTo.model}
          title="Which model answers, and why"
          className="hidden max-w-56 truncate rounded-full border border-line px-3 py-1 text-xs text-ink-2 hover:bg-hover hover:text-ink min-[480px]:block"
        >
          {model.data.id}
        </Link>
      )}
      <IconButton
        label={prompt === '' ? 'System prompt' : 'System prompt (set)'}
        className={prompt === '' ? '' : 'text-accent'}
        onClick={() => setEditing(true)}
      >
        <Icon name="sliders-horizontal" size={17} />
      </IconButton>
      {editing && (
        <Suspense>
          <SystemPromptDialog
            prompt={prompt}
            onClose={() => setEditing(false)}
            onSave={async (next) => {
              if (conversationId === null) onNewPrompt(next)
              else await change.mutateAsync({ systemPrompt: next })
            }}
          />
        </Suspense>
      )}
    </header>
  )
}
