import type { MessageState, UserPart } from '@ai-assistant/contract'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { IconButton } from '../../../components/ui/button.tsx'
import { Icon } from '../../../components/ui/icon.tsx'
import { localStore } from '../../../lib/local-store.ts'
import { restoreDraft } from './drafts.ts'
import { claim, readQueue, type Queued } from './queue.ts'

interface WaitingMessagesProps {
  place: string
  /** The queue as it is stored. */
  stored: string
  busy: boolean
  /** How the newest answer ended. After a failed or broken one the queue is held: it was written for a whole answer. */
  lastState: MessageState | null
  submit: (parts: UserPart[], options: { queued: boolean }) => void
}

/** What is said next, once the running answer has ended: one by one, as answers end. */
export function WaitingMessages({ place, stored, busy, lastState, submit }: WaitingMessagesProps) {
  const queue = useMemo(() => readQueue(stored), [stored])
  const held = !busy && (lastState === 'failed' || lastState === 'incomplete')
  const next = queue[0]
  const now = useRef(submit)
  useEffect(() => {
    now.current = submit
  })
  const send = useCallback(
    async (queued: Queued) => {
      if (await claim(localStore, place, queued.key)) now.current(queued.parts, { queued: true })
    },
    [place],
  )
  useEffect(() => {
    if (!busy && !held && next !== undefined && lastState !== null) void send(next)
  }, [busy, held, next, lastState, send])
  const takeBack = async (queued: Queued) => {
    if (await claim(localStore, place, queued.key)) restoreDraft(localStore, place, queued.parts)
  }
  return (
    <ul aria-label="Waiting messages" className="mb-2 flex flex-col gap-1.5">
      {queue.map((queued) => (
        <li
          key={queued.key}
          className="flex items-center gap-2 rounded-2xl border border-line bg-side py-1 pr-1.5 pl-3.5 text-sm"
        >
          <Icon name="clock" size={14} className="text-ink-3" />
          <span className="min-w-0 grow truncate text-ink-2">{wordsOf(queued)}</span>
          {held && (
            <IconButton label="Send now" onClick={() => void send(queued)}>
              <Icon name="send-horizontal" size={15} />
            </IconButton>
          )}
          <IconButton label="Take back to edit" onClick={() => void takeBack(queued)}>
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
