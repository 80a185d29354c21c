import type { Message } from '@ai-assistant/contract'
import { useId, useState } from 'react'
import { Icon } from '../../../components/ui/icon.tsx'
import { IconButton } from '../../../components/ui/button.tsx'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import type { ChatActions } from '../use-chat-actions.ts'
import { AnswerInfo, AnswerInfoButton } from './answer-info.tsx'
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
  const [open, setOpen] = useState(false)
  const details = useId()
  const shown =
    last || open ? '' : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100'
  return (
    <>
      <div className="-ml-1.5 flex min-h-8 items-center gap-0.5">
        <BranchArrows message={message} disabled={busy} onShow={actions.showBranch} />
        <div className={`flex items-center gap-0.5 transition-opacity ${shown}`}>
          <CopyButton text={() => textOf(message.parts)} label="Copy answer" />
          <IconButton label="Regenerate" disabled={busy} onClick={() => actions.regenerate(message)}>
            <Icon name="refresh-cw" size={14} />
          </IconButton>
          <AnswerInfoButton message={message} open={open} controls={details} onToggle={() => setOpen(!open)} />
        </div>
      </div>
      {open && <AnswerInfo id={details} message={message} />}
    </>
  )
}
