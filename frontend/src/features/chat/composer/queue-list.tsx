import { Icon } from '../../../components/ui/icon.tsx'
import { IconButton } from '../../../components/ui/button.tsx'
import type { Queued } from './queue.ts'

interface QueueListProps {
  queue: readonly Queued[]
  /** Nothing runs, and the queue is held all the same (the answer failed): the person decides. */
  held: boolean
  onSendNow: (queued: Queued) => void
  onTakeBack: (queued: Queued) => void
}

/** What is said next, once the running answer has ended. */
export function QueueList({ queue, held, onSendNow, onTakeBack }: QueueListProps) {
  return (
    <ul aria-label="Waiting messages" className="mb-2 flex flex-col gap-1.5">
      {queue.map((queued) => (
        <li
          key={queued.key}
          className="flex items-center gap-2 rounded-2xl border border-line bg-side py-1 pr-1.5 pl-3.5 text-sm"
        >
          <Icon name="clock" size={14} className="shrink-0 text-ink-3" />
          <span className="min-w-0 grow truncate text-ink-2">{wordsOf(queued)}</span>
          {held && (
            <IconButton label="Send now" onClick={() => onSendNow(queued)}>
              <Icon name="send-horizontal" size={15} />
            </IconButton>
          )}
          <IconButton label="Take back to edit" onClick={() => onTakeBack(queued)}>
            <Icon name="pencil" size={14} />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

function wordsOf(queued: Queued): string {
  const text = queued.parts.find((part) => part.type === 'text')
  return text?.text ?? 'Images'
}
