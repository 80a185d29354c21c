import type { MessagePart } from '@ai-assistant/contract'
import type { FollowOptions } from '../../../lib/stream/follow-run.ts'
import type { RunEvent, RunOutcome } from '../../../lib/stream/run-event.ts'
import { foldRun, startRun, type RunState } from './run-state.ts'

export interface RunView extends RunState {
  /** True once the connection has been away for long enough to be worth a word. */
  reconnecting: boolean
}

/** A run that is being followed, as something a component can watch. Reads until its end or `close`. */
export interface RunStore {
  readonly runId: string
  get: () => RunView
  subscribe: (listener: () => void) => () => void
  close: () => void
}

export interface RunStoreOptions {
  runId: string
  stored: readonly MessagePart[]
  follow: (options: FollowOptions) => Promise<RunOutcome>
  onEnd: (outcome: RunOutcome) => void
  /** Calls back once the next frame is due; batches what arrived until then. */
  schedule: (callback: () => void) => void
}

/** Shorter losses are mended before anyone could read a word about them. */
const WORTH_SAYING_MS = 2_000

export function openRun({ runId, stored, follow, onEnd, schedule }: RunStoreOptions): RunStore {
  const listeners = new Set<() => void>()
  const stop = new AbortController()
  let view: RunView = { ...startRun(stored), reconnecting: false }
  let waiting: RunEvent[] = []
  let lost: ReturnType<typeof setTimeout> | undefined

  const show = (next: RunView) => {
    view = next
    listeners.forEach((listener) => listener())
  }
  const flush = () => {
    if (waiting.length === 0 || stop.signal.aborted) return
    const events = waiting
    waiting = []
    show({ ...foldRun(view, events), reconnecting: view.reconnecting })
  }
  const onEvents = (events: readonly RunEvent[]) => {
    if (waiting.length === 0) schedule(flush)
    waiting.push(...events)
  }
  const onConnection = (state: 'connected' | 'lost') => {
    if (state === 'lost') {
      // Every failed try says so again: the first one counts.
      lost ??= setTimeout(() => show({ ...view, reconnecting: true }), WORTH_SAYING_MS)
      return
    }
    clearTimeout(lost)
    lost = undefined
    if (view.reconnecting) show({ ...view, reconnecting: false })
  }

  void follow({ runId, after: 0, signal: stop.signal, onEvents, onConnection }).then((outcome) => {
    clearTimeout(lost)
    flush()
    if (outcome !== 'aborted') onEnd(outcome)
  })
  return {
    runId,
    get: () => view,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      clearTimeout(lost)
      stop.abort()
    },
  }
}
