import type { Message } from '@ai-assistant/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { conversationChanged } from '../../../lib/conversation-query.ts'
import type { RunStore, RunView } from './run-store.ts'

// Not needed to show the page, so it comes right after it.
const follower = import('./open-shared-run.ts')

/** After the end was read the list may still say the answer runs, for a moment: it is asked until it does not. */
const ASK_AGAIN_MS = 700

/** Follows the run that writes `message`, if one does, and reads the list again when it has ended. */
export function useRun(conversationId: string | null, message: Message | undefined): RunStore | null {
  const client = useQueryClient()
  const [store, setStore] = useState<RunStore | null>(null)
  const runId = message?.runId ?? null
  // The kept parts stay as they are while a run writes, so the first ones seen are the right ones.
  const [stored] = useKeptParts(runId, message)

  useEffect(() => {
    if (runId === null || conversationId === null) return
    let again: ReturnType<typeof setInterval> | undefined
    let opened: RunStore | undefined
    let left = false
    const readAgain = () => conversationChanged(client, conversationId)
    const onEnd = () => {
      readAgain()
      again = setInterval(readAgain, ASK_AGAIN_MS)
    }
    void follower.then(({ openSharedRun }) => {
      if (left) return
      opened = openSharedRun(runId, stored, onEnd)
      setStore(opened)
    })
    return () => {
      left = true
      clearInterval(again)
      opened?.close()
    }
  }, [client, conversationId, runId, stored])

  return store !== null && store.runId === runId ? store : null
}

function useKeptParts(runId: string | null, message: Message | undefined) {
  const [kept, setKept] = useState({ runId, parts: message?.parts ?? [] })
  if (kept.runId !== runId) setKept({ runId, parts: message?.parts ?? [] })
  return [kept.parts] as const
}

/** What a run shows now; null where none is followed. */
export function useRunView(store: RunStore | null): RunView | null {
  const subscribe = useCallback((listener: () => void) => store?.subscribe(listener) ?? (() => {}), [store])
  return useSyncExternalStore(subscribe, () => store?.get() ?? null)
}

/** Whether the end of a run was read. Changes once, so that watching it costs nothing while the answer grows. */
export function useRunEnded(store: RunStore | null): boolean {
  const subscribe = useCallback((listener: () => void) => store?.subscribe(listener) ?? (() => {}), [store])
  return useSyncExternalStore(subscribe, () => store !== null && store.get().end !== null)
}
