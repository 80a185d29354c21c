import { Icon } from '../../../components/ui/icon.tsx'
import { Button, IconButton } from '../../../components/ui/button.tsx'
import type { Refusal } from '../use-chat-actions.ts'

interface RefusalNoticeProps {
  refusal: Exclude<Refusal, null>
  onQueue: () => void
  onClose: () => void
}

/** Says why the words are back in the composer, and what to do with them. */
export function RefusalNotice({ refusal, onQueue, onClose }: RefusalNoticeProps) {
  return (
    <div className="animate-appear mb-2 flex flex-wrap items-center gap-2 rounded-2xl border border-line bg-side py-1.5 pr-1.5 pl-3.5 text-sm">
      <Icon name="info" size={15} className="shrink-0 text-accent" />
      <p className="min-w-48 grow text-ink-2">
        {refusal === 'run_active'
          ? 'An answer is already being written here. Your words are kept below.'
          : 'This conversation went on in another tab or device. Your words are kept below; look at what is new, then send again.'}
      </p>
      {refusal === 'run_active' && <Button onClick={onQueue}>Send when it ends</Button>}
      <IconButton label="Dismiss" onClick={onClose}>
        <Icon name="x" size={15} />
      </IconButton>
    </div>
  )
}
