import { Suspense } from 'react'
import { Spinner } from '../../components/ui/spinner.tsx'
import { preloaded } from '../../lib/preloaded.tsx'
import type { MessageList } from './api/message-list.ts'
import type { Send } from './api/send.ts'
import type { RunStore } from './run/run-store.ts'
import type { ChatActions } from './use-chat-actions.ts'

// The page stands before a message is shown in it: what shows messages comes right after.
const Transcript = preloaded(import('./transcript/transcript.tsx').then((module) => module.Transcript))
const Welcome = preloaded(import('./welcome.tsx').then((module) => module.Welcome))

interface ChatBodyProps {
  /** Undefined while it is being read, null where there is no conversation yet. */
  list: MessageList | null | undefined
  pending: readonly { send: Send; failures: number }[]
  store: RunStore | null
  actions: ChatActions
  busy: boolean
  loadOlder: () => Promise<void>
  onPick: (text: string) => void
}

/** The messages, or what stands in their place. */
export function ChatBody({ list, pending, store, actions, busy, loadOlder, onPick }: ChatBodyProps) {
  if (list === null && pending.length === 0) {
    return (
      <Suspense fallback={<div className="grow" />}>
        <Welcome onPick={onPick} />
      </Suspense>
    )
  }
  const waiting = (
    <div className="flex grow items-center justify-center">
      <Spinner label="Reading the conversation" />
    </div>
  )
  if (list === undefined) return waiting
  return (
    <Suspense fallback={waiting}>
      <Transcript
        items={list?.items ?? []}
        pending={pending}
        store={store}
        actions={actions}
        busy={busy}
        hasOlder={typeof list?.nextCursor === 'string'}
        loadOlder={loadOlder}
      />
    </Suspense>
  )
}
