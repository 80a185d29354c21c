import type { Message, MessagePart, MessageState } from '@ai-assistant/contract'
import type { RunStore, RunView } from '../run/run-store.ts'
import { useRunView } from '../run/use-run.ts'
import type { ChatActions } from '../use-chat-actions.ts'
import { AnswerEnd } from './answer-end.tsx'
import { AnswerFooter } from './answer-footer.tsx'
import { AnswerPart } from './answer-part.tsx'
import { RunStatusLine } from './run-status-line.tsx'

interface AnswerProps {
  message: Message
  store: RunStore | null
  last: boolean
  busy: boolean
  actions: ChatActions
}

/** An answer: as it is written while a run writes it, as it is stored afterwards. One component, so nothing flickers in between. */
export function Answer({ message, store, last, busy, actions }: AnswerProps) {
  const view = useRunView(store)
  const shown = shownMessage(message, view)
  const running = shown.state === 'running' || shown.state === 'waiting'
  return (
    <article aria-label="Assistant" aria-busy={running} className="group pb-2">
      <h2 className="sr-only">Assistant</h2>
      {shown.parts.map((part, index) => (
        <AnswerPart
          key={index}
          part={part}
          growing={running && index === shown.parts.length - 1}
          progress={part.type === 'dynamic-tool' ? view?.progress[part.toolCallId] : undefined}
          runId={shown.runId}
          decide={actions.decide}
        />
      ))}
      {running ? (
        <RunStatusLine view={view} parts={shown.parts} />
      ) : (
        <>
          <AnswerEnd message={shown} last={last} busy={busy} actions={actions} />
          <AnswerFooter message={shown} last={last} busy={busy} actions={actions} />
        </>
      )}
    </article>
  )
}

/** The stored message with what its run has said since. */
function shownMessage(message: Message, view: RunView | null): Message {
  if (view === null) return message
  const parts: MessagePart[] = view.folded.parts
  const model = view.model ?? message.model
  if (view.end === null) return { ...message, parts, model, state: waitsForPerson(parts) ? 'waiting' : 'running' }
  const { state, reason, error, usage } = view.end
  return {
    ...message,
    parts,
    model,
    state: state satisfies MessageState,
    reason: reason ?? null,
    error: error ?? null,
    usage,
  }
}

function waitsForPerson(parts: readonly MessagePart[]): boolean {
  return parts.some((part) => part.type === 'dynamic-tool' && part.state === 'approval-requested')
}
