import {
  foldPart,
  startFold,
  type FinishMetadata,
  type FoldedMessage,
  type MessagePart,
  type StreamPart,
} from '@ai-assistant/contract'
import type { RunEvent } from '../../../lib/stream/run-event.ts'

export type RunStatus = Extract<StreamPart, { type: 'data-status' }>['data']
export type ToolProgress = Extract<StreamPart, { type: 'data-progress' }>['data']

/** An answer while it is written: its message as far as it goes, and what is shown only meanwhile. */
export interface RunState {
  folded: FoldedMessage
  lastSeq: number
  model: string | null
  /** What is waited for; gone with the next thing that happens. */
  status: RunStatus | null
  /** By tool call. */
  progress: Readonly<Record<string, ToolProgress>>
  end: FinishMetadata | null
}

/** `stored` are the message's kept parts: none for a new answer, the earlier ones for a continued answer. */
export function startRun(stored: readonly MessagePart[]): RunState {
  return { folded: startFold(stored), lastSeq: 0, model: null, status: null, progress: {}, end: null }
}

/** The state after a batch of events. Pure: the given state stays as it was, and parts no event touched stay identical. */
export function foldRun(state: RunState, events: readonly RunEvent[]): RunState {
  const next: RunState = {
    ...state,
    folded: { parts: [...state.folded.parts], open: new Map(state.folded.open) },
  }
  for (const event of events) foldOne(next, event)
  return next
}

function foldOne(state: RunState, { seq, part }: RunEvent): void {
  if (seq !== null) {
    if (seq <= state.lastSeq) return
    state.lastSeq = seq
  }
  switch (part.type) {
    case 'data-move':
      return
    case 'data-status':
      state.status = part.data
      return
    case 'data-progress':
      state.progress = { ...state.progress, [part.data.toolCallId]: part.data }
      return
    case 'start':
      state.model = part.messageMetadata.model
      break
    case 'finish':
      state.end = part.messageMetadata
      break
    default:
  }
  state.status = null
  foldPart(state.folded, part)
}
