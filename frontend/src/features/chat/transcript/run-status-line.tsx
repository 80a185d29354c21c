import type { MessagePart } from '@ai-assistant/contract'
import type { RunView } from '../run/run-store.ts'

/** What a running answer is doing while no words come. */
export function RunStatusLine({ view, parts }: { view: RunView | null; parts: readonly MessagePart[] }) {
  const words = statusWords(view, parts)
  return (
    <div className="flex h-8 items-center gap-2.5 text-sm text-ink-3">
      <span aria-hidden className="flex gap-1">
        <span className="animate-breathe size-1.5 rounded-full bg-accent" />
        <span className="animate-breathe size-1.5 rounded-full bg-accent [animation-delay:0.2s]" />
        <span className="animate-breathe size-1.5 rounded-full bg-accent [animation-delay:0.4s]" />
      </span>
      {words}
    </div>
  )
}

function statusWords(view: RunView | null, parts: readonly MessagePart[]): string {
  if (view?.reconnecting) return 'Reconnecting…'
  if (view?.status) return view.status.text
  const asks = parts.some((part) => part.type === 'dynamic-tool' && part.state === 'approval-requested')
  return asks ? 'Waiting for your decision' : ''
}
