import type { Conversation } from '@ai-assistant/contract'
import { Icon } from '../../components/ui/icon.tsx'
import { lazy, Suspense, useState } from 'react'
import { Link } from '../../components/ui/link.tsx'
import { Menu } from '../../components/ui/menu.tsx'
import { useToast } from '../../components/ui/toast.tsx'
import { useChangeConversation } from '../../lib/conversation-query.ts'
import { pathTo } from '../../lib/router.ts'
import { RenameField } from './rename-field.tsx'

const DeleteDialog = lazy(() => import('./delete-dialog.tsx').then((module) => ({ default: module.DeleteDialog })))

interface ConversationItemProps {
  conversation: Conversation
  current: boolean
  onDeleted: (id: string) => void
}

/** One line of the list, with what can be done to it. */
export function ConversationItem({ conversation, current, onDeleted }: ConversationItemProps) {
  const [doing, setDoing] = useState<'nothing' | 'renaming' | 'deleting'>('nothing')
  const toast = useToast()
  const change = useChangeConversation(conversation.id)
  const title = conversation.title || 'New chat'
  if (doing === 'renaming') {
    return (
      <li>
        <RenameField
          title={title}
          onCancel={() => setDoing('nothing')}
          onSave={(next) => {
            setDoing('nothing')
            change.mutate({ title: next }, { onError: toast.fail })
          }}
        />
      </li>
    )
  }
  return (
    <li className={`group relative flex items-center rounded-xl pr-1 ${current ? 'bg-hover' : 'hover:bg-hover'}`}>
      <Link
        href={pathTo.conversation(conversation.id)}
        aria-current={current ? 'page' : undefined}
        className={`flex min-w-0 grow items-center gap-2 rounded-xl px-3 py-2 text-sm ${current ? 'font-medium text-ink' : 'text-ink-2'}`}
      >
        <span className="truncate">{change.isPending ? (change.variables.title ?? title) : title}</span>
        {conversation.activeRunId !== null && (
          <span className="animate-breathe size-1.5 shrink-0 rounded-full bg-accent">
            <span className="sr-only">answering</span>
          </span>
        )}
      </Link>
      <Menu
        label={`Options for ${title}`}
        className={`${current ? '' : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'}`}
        trigger={<Icon name="ellipsis" size={16} />}
        items={[
          { label: 'Rename', icon: <Icon name="pencil" size={15} />, onSelect: () => setDoing('renaming') },
          {
            label: 'Delete',
            icon: <Icon name="trash-2" size={15} />,
            danger: true,
            onSelect: () => setDoing('deleting'),
          },
        ]}
      />
      {doing === 'deleting' && (
        <Suspense>
          <DeleteDialog conversation={conversation} onClose={() => setDoing('nothing')} onDeleted={onDeleted} />
        </Suspense>
      )}
    </li>
  )
}
