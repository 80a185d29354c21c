import { lazy, Suspense } from 'react'
import type { MessageState, UserPart } from '@ai-assistant/contract'
import { Composer } from './composer/composer.tsx'
import { draftKeys, partsOf, readFiles, saveFiles } from './composer/drafts.ts'
import { enqueue, queueKey } from './composer/queue.ts'
import type { ChatActions, Refusal } from './use-chat-actions.ts'
import { localStore } from '../../lib/local-store.ts'
import { newId } from '../../lib/new-id.ts'
import { useStored } from '../../lib/use-stored.ts'

const WaitingMessages = lazy(() =>
  import('./composer/waiting-messages.tsx').then((module) => ({ default: module.WaitingMessages })),
)
const RefusalNotice = lazy(() =>
  import('./composer/refusal-notice.tsx').then((module) => ({ default: module.RefusalNotice })),
)

interface ChatFootProps {
  place: string
  busy: boolean
  runId: string | null
  lastState: MessageState | null
  refusal: Refusal
  onForgive: () => void
  actions: ChatActions
  submit: (parts: UserPart[], options?: { queued?: boolean }) => void
}

/** What stands below the messages: what waits, why words came back, and where to write. */
export function ChatFoot({ place, busy, runId, lastState, refusal, onForgive, actions, submit }: ChatFootProps) {
  const [waiting] = useStored(queueKey(place))
  const queue = (parts: UserPart[]) => enqueue(localStore, place, { key: newId(), parts })
  const queueDraft = () => {
    const parts = partsOf({
      text: localStore.get(draftKeys.text(place)) ?? '',
      files: readFiles(localStore.get(draftKeys.files(place))),
    })
    localStore.set(draftKeys.text(place), null)
    saveFiles(localStore, place, [])
    if (parts.length > 0) queue(parts)
    onForgive()
  }
  return (
    <div className="mx-auto w-full max-w-[48rem] shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6">
      <div role="status">
        {refusal !== null && (
          <Suspense>
            <RefusalNotice refusal={refusal} onQueue={queueDraft} onClose={onForgive} />
          </Suspense>
        )}
      </div>
      {waiting !== null && (
        <Suspense>
          <WaitingMessages place={place} stored={waiting} busy={busy} lastState={lastState} submit={submit} />
        </Suspense>
      )}
      <Composer
        place={place}
        busy={busy}
        onSubmit={submit}
        onQueue={queue}
        onStop={() => {
          if (runId !== null) actions.stop(runId)
        }}
      />
      <p className="pt-2 text-center text-xs text-ink-3">Answers can be wrong. Check what matters.</p>
    </div>
  )
}
