import type { Message } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import { IconButton } from '../../../components/ui/button.tsx'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import type { ChatActions } from '../use-chat-actions.ts'
import { AnswerInfo } from './answer-info.tsx'
import { BranchArrows } from './branch-arrows.tsx'
import { textOf } from './text-of.ts'

interface AnswerFooterProps {
  message: Message
  last: boolean
  busy: boolean
  actions: ChatActions
}

/** What can be done with a finished answer. Always there below the newest, on hover and focus below the others. */
export function AnswerFooter({ message, last, busy, actions }: AnswerFooterProps) {
  const hidden = last
    ? ''
    : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'
  return (
    <div className="-ml-1.5 flex min-h-8 flex-wrap items-center gap-0.5">
      <BranchArrows message={message} disabled={busy} onShow={actions.showBranch} />
      <div className={`flex items-center gap-0.5 transition-opacity ${hidden}`}>
        <CopyButton text={() => textOf(message.parts)} label="Copy answer" />
        <IconButton label="Regenerate" disabled={busy} onClick={() => actions.regenerate(message)}>
          <Icon name="refresh-cw" size={14} />
        </IconButton>
        <AnswerInfo message={message} />
      </div>
    </div>
  )
}
