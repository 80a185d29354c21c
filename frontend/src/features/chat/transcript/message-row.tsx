import type { Message } from '@ai-assistant/contract'
import { memo } from 'react'
import type { RunStore } from '../run/run-store.ts'
import type { ChatActions } from '../use-chat-actions.ts'
import { Answer } from './answer.tsx'
import { Question } from './question.tsx'

interface MessageRowProps {
  message: Message
  /** The run that writes this message, if one does. */
  store: RunStore | null
  last: boolean
  busy: boolean
  actions: ChatActions
}

/** One message in its column. Rows that did not change are not rendered again. */
export const MessageRow = memo(({ message, store, last, busy, actions }: MessageRowProps) => (
  <div className={`mx-auto w-full max-w-[48rem] px-4 sm:px-6 ${message.role === 'user' ? 'pt-6' : 'pt-1'}`}>
    {message.role === 'user' ? (
      <Question message={message} busy={busy} actions={actions} />
    ) : (
      <Answer message={message} store={store} last={last} busy={busy} actions={actions} />
    )}
  </div>
))
MessageRow.displayName = 'MessageRow'
