import type { MessageState, UserPart } from '@ai-assistant/contract'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { localStore } from '../../../lib/local-store.ts'
import { newId } from '../../../lib/new-id.ts'
import { useStored } from '../../../lib/use-stored.ts'
import { restoreDraft } from './drafts.ts'
import { claim, dequeue, enqueue, queueKey, readQueue, type Queued } from './queue.ts'

interface QueueOptions {
  place: string
  busy: boolean
  /** How the newest answer ended. After a failed or broken one the queue is held: it was written for a whole answer. */
  lastState: MessageState | null
  submit: (parts: UserPart[], options: { queued: boolean }) => void
}

/** Messages that wait for the running answer, sent one by one as answers end. */
export function useQueue({ place, busy, lastState, submit }: QueueOptions) {
  const [stored] = useStored(queueKey(place))
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
  return {
    queue,
    held,
    add: (parts: UserPart[]) => enqueue(localStore, place, { key: newId(), parts }),
    sendNow: (queued: Queued) => void send(queued),
    takeBack: (queued: Queued) => {
      dequeue(localStore, place, queued.key)
      restoreDraft(localStore, place, queued.parts)
    },
  }
}
