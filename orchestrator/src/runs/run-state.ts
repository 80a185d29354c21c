import {
  type FoldedMessage,
  foldPart,
  type MessagePart,
  startFold,
  type StreamPart,
  type ToolPart,
} from '@ai-assistant/contract'

/**
 * What a run has said so far, rebuilt from its journal or kept while it goes. The parts are what is stored in the end; the
 * current step is what the next model call has to continue.
 */
export interface RunProgress {
  folded: FoldedMessage
  /** Numbers text and reasoning parts within the run, so that their stream ids stay unique over takeovers. */
  nextPartId: number
  /** The model call to come, counted from 1: also the name of its usage row. */
  round: number
  /** The run's first event is in the journal. */
  started: boolean
  /** A step has begun and not ended: a model call to go on with, or tool calls to settle. */
  stepOpen: boolean
}

/**
 * Starts from the parts the message had before this run: none, or what is continued. A stored answer that broke off in its
 * text is an open step, to be gone on with.
 */
export function startProgress(stored: readonly MessagePart[]): RunProgress {
  const progress = { folded: startFold(stored), nextPartId: 1, round: 1, started: false, stepOpen: true }
  const step = currentStep(progress)
  const brokeOff = step.some((part) => part.type === 'text') && step.every((part) => part.type !== 'dynamic-tool')
  return { ...progress, stepOpen: brokeOff }
}

/** Notes one part. Every part passes here exactly once, when it is written or when it is read back. */
export function note(progress: RunProgress, part: StreamPart): void {
  foldPart(progress.folded, part)
  if (part.type === 'start') progress.started = true
  if (part.type === 'start-step') progress.stepOpen = true
  if (part.type === 'finish-step') {
    progress.stepOpen = false
    progress.round += 1
  }
  if (part.type === 'text-start' || part.type === 'reasoning-start') progress.nextPartId += 1
}

/** The text the current step has shown: what a model call made again has to go on from. */
export function shownText(progress: RunProgress): string {
  return currentStep(progress)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('')
}

/** The id of the text part that is still open, if one is. */
export function openPartId(progress: RunProgress, type: 'text' | 'reasoning'): string | null {
  for (const [id, index] of progress.folded.open) {
    if (progress.folded.parts[index]?.type === type) return id
  }
  return null
}

/** The parts after the last `step-start`. */
export function currentStep(progress: RunProgress): MessagePart[] {
  const { parts } = progress.folded
  return parts.slice(parts.findLastIndex((part) => part.type === 'step-start') + 1)
}

/** The model call of the current step is over: it ended in tool calls. */
export function hasCalls(progress: RunProgress): boolean {
  return currentStep(progress).some((part) => part.type === 'dynamic-tool')
}

/** The calls of the current step that have no outcome yet. */
export function unsettledCalls(progress: RunProgress): ToolPart[] {
  return currentStep(progress).flatMap((part) => (part.type === 'dynamic-tool' && !isSettled(part) ? [part] : []))
}

function isSettled(part: ToolPart): boolean {
  return part.state === 'output-available' || part.state === 'output-error' || part.state === 'output-denied'
}

/** The words of a message, for search and titles. */
export function wordsOf(parts: readonly MessagePart[]): string {
  return parts
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n')
}
