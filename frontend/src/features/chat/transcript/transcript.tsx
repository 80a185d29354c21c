import type { Message } from '@ai-assistant/contract'
import { Icon } from '../../../components/ui/icon.tsx'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { Spinner } from '../../../components/ui/spinner.tsx'
import type { Send } from '../api/send.ts'
import type { RunStore } from '../run/run-store.ts'
import type { ChatActions } from '../use-chat-actions.ts'
import { LiveRegion } from './live-region.tsx'
import { MessageRow } from './message-row.tsx'
import { PendingMessage } from './pending-message.tsx'
import { useStickToEnd } from './use-stick-to-end.ts'
import { keyboardScroll } from '../../../components/ui/keyboard-scroll.ts'

interface TranscriptProps {
  items: readonly Message[]
  store: RunStore | null
  actions: ChatActions
  busy: boolean
  hasOlder: boolean
  loadOlder: () => Promise<void>
  pending: readonly { send: Send; failures: number }[]
}

/** Pixels from the top at which the page above is asked for: about three screens, so that nobody waits for it. */
const ASK_AHEAD = 2_500

/** The messages of the shown branch. Only what is near the window exists in the page, so length costs nothing. */
export function Transcript({ items, store, actions, busy, hasOlder, loadOlder, pending }: TranscriptProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const { away, toEnd } = useStickToEnd(scroller)
  const prepending = usePrepending(items)
  const loading = useRef(false)

  const askAhead = () => {
    if (!hasOlder || loading.current || (scroller.current?.scrollTop ?? 0) > ASK_AHEAD) return
    loading.current = true
    void loadOlder().finally(() => {
      loading.current = false
    })
  }
  useEffect(askAhead)
  // What a person sends is what they want to see next.
  const lastQuestion = items.findLast((message) => message.role === 'user')?.id
  useLayoutEffect(toEnd, [toEnd, lastQuestion])

  return (
    <div className="relative min-h-0 grow">
      <div
        ref={scroller}
        {...keyboardScroll}
        role="region"
        aria-label="Conversation"
        onScroll={askAhead}
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none] outline-offset-[-2px]"
      >
        <div className="pt-4 pb-6">
          {hasOlder && (
            <div className="flex h-10 items-center justify-center">
              <Spinner label="Reading older messages" />
            </div>
          )}
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            shift={prepending}
            startMargin={hasOlder ? 56 : 16}
            itemSize={160}
          >
            {items.map((message, index) => (
              <MessageRow
                key={message.id}
                message={message}
                store={store !== null && message.runId === store.runId ? store : null}
                last={index === items.length - 1}
                busy={busy}
                actions={actions}
              />
            ))}
          </Virtualizer>
          {pending.map(({ send, failures }) => (
            <PendingMessage key={send.key} send={send} failures={failures} />
          ))}
        </div>
      </div>
      <LiveRegion store={store} />
      {away && <ToLatest onClick={toEnd} />}
    </div>
  )
}

function ToLatest({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="animate-appear absolute bottom-3 left-1/2 inline-flex -translate-x-1/2 items-center gap-1.5 rounded-full border border-line bg-card px-3.5 py-1.5 text-sm text-ink-2 shadow-lift hover:bg-hover hover:text-ink"
    >
      <Icon name="arrow-down" size={15} />
      Jump to latest
    </button>
  )
}

/** Whether the newest change put messages on top: then the list keeps its distance from the end, and nothing jumps. */
function usePrepending(items: readonly Message[]): boolean {
  const [before, setBefore] = useState({ first: items[0]?.id, last: items.at(-1)?.id, shift: false })
  const first = items[0]?.id
  const last = items.at(-1)?.id
  if (before.first !== first || before.last !== last) {
    setBefore({ first, last, shift: before.first !== first && before.last === last })
  }
  return before.shift
}
