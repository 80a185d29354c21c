import type { Message } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import { IconButton } from '../../../components/ui/button.tsx'

interface BranchArrowsProps {
  message: Message
  disabled: boolean
  onShow: (messageId: string) => void
}

/** Which of several versions of a message is shown, and the way to the others. */
export function BranchArrows({ message, disabled, onShow }: BranchArrowsProps) {
  const { siblings } = message
  if (siblings.length < 2) return null
  const at = siblings.indexOf(message.id)
  const go = (step: number) => {
    const id = siblings[at + step]
    if (id !== undefined) onShow(id)
  }
  return (
    <div role="group" aria-label="Versions" className="flex items-center text-xs text-ink-3 tabular-nums">
      <IconButton label="Previous version" disabled={disabled || at <= 0} onClick={() => go(-1)} shape="small">
        <Icon name="chevron-left" size={15} />
      </IconButton>
      <span>
        {at + 1}
        <span aria-hidden> / </span>
        <span className="sr-only"> of </span>
        {siblings.length}
      </span>
      <IconButton
        label="Next version"
        disabled={disabled || at >= siblings.length - 1}
        onClick={() => go(1)}
        shape="small"
      >
        <Icon name="chevron-right" size={15} />
      </IconButton>
    </div>
  )
}
