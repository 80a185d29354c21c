import type { MessagePart, ToolPart } from './message.ts'
import { appended } from './appended.ts'
import type { StreamPart } from './stream.ts'

/**
 * A message being built from its stream. Both sides fold with this one function: the page while it reads, the orchestrator
 * for what it stores, so what was watched is what is found after a reload.
 */
export interface FoldedMessage {
  parts: MessagePart[]
  /** Where the open text and reasoning parts stand, by their stream id. */
  open: Map<string, number>
}

/** Starts from what is stored already: nothing for a new answer, the kept parts for one that is continued. */
export function startFold(stored: readonly MessagePart[]): FoldedMessage {
  return { parts: [...stored], open: new Map() }
}

/** Folds one stream part in. Mutates `folded`, but replaces each part it changes, so that views may compare by identity. */
export function foldPart(folded: FoldedMessage, part: StreamPart): void {
  switch (part.type) {
    case 'start-step':
      folded.parts.push({ type: 'step-start' })
      return
    case 'text-start':
      openText(folded, part)
      return
    case 'reasoning-start':
      folded.open.set(part.id, folded.parts.push({ type: 'reasoning', text: '', state: 'streaming' }) - 1)
      return
    case 'text-delta':
    case 'reasoning-delta':
      appendText(folded, part.id, part.delta)
      return
    case 'text-end':
    case 'reasoning-end':
      closeText(folded, part.id)
      return
    case 'tool-input-start':
    case 'tool-input-available':
      foldToolInput(folded, part)
      return
    case 'tool-approval-request':
      changeTool(folded, part.toolCallId, { state: 'approval-requested', approval: { id: part.approvalId } })
      return
    case 'tool-approval-response':
      foldApproval(folded, part)
      return
    case 'tool-output-available':
      changeTool(folded, part.toolCallId, { state: 'output-available', output: part.output })
      return
    case 'tool-output-error':
      changeTool(folded, part.toolCallId, { state: 'output-error', errorText: part.errorText })
      return
    case 'tool-output-denied':
      changeTool(folded, part.toolCallId, { state: 'output-denied' })
      return
    case 'data-takeover':
      folded.parts.push({ type: part.type, data: part.data })
      return
    case 'data-budget':
      folded.parts.push({ type: part.type, data: part.data })
      return
    case 'finish':
      for (const id of folded.open.keys()) closeText(folded, id)
      return
    case 'start':
    case 'finish-step':
    case 'data-status':
    case 'data-progress':
    case 'data-move':
    case 'error':
      return
  }
}

function openText(folded: FoldedMessage, part: Extract<StreamPart, { type: 'text-start' }>): void {
  const index = part.continues ? folded.parts.findLastIndex((candidate) => candidate.type === 'text') : -1
  const last = folded.parts[index]
  if (last?.type === 'text') folded.parts[index] = { ...last, state: 'streaming' }
  const at = last?.type === 'text' ? index : folded.parts.push({ type: 'text', text: '', state: 'streaming' }) - 1
  folded.open.set(part.id, at)
}

function appendText(folded: FoldedMessage, id: string, delta: string): void {
  const index = folded.open.get(id)
  const part = index === undefined ? undefined : folded.parts[index]
  if (index === undefined || (part?.type !== 'text' && part?.type !== 'reasoning')) return
  folded.parts[index] = { ...part, text: appended(part.text, delta) }
}

function closeText(folded: FoldedMessage, id: string): void {
  const index = folded.open.get(id)
  const part = index === undefined ? undefined : folded.parts[index]
  folded.open.delete(id)
  if (index === undefined || (part?.type !== 'text' && part?.type !== 'reasoning')) return
  folded.parts[index] = { ...part, state: 'done' }
}

function foldToolInput(
  folded: FoldedMessage,
  part: Extract<StreamPart, { type: 'tool-input-start' | 'tool-input-available' }>,
): void {
  const call: ToolPart = {
    type: 'dynamic-tool',
    toolCallId: part.toolCallId,
    toolName: part.toolName,
    ...(part.title === undefined ? {} : { title: part.title }),
    ...(part.type === 'tool-input-start'
      ? { state: 'input-streaming' }
      : { state: 'input-available', input: part.input }),
  }
  const index = toolIndex(folded, part.toolCallId)
  if (index < 0) folded.parts.push(call)
  else folded.parts[index] = call
}

function foldApproval(folded: FoldedMessage, part: Extract<StreamPart, { type: 'tool-approval-response' }>): void {
  const index = folded.parts.findLastIndex(
    (candidate) => candidate.type === 'dynamic-tool' && candidate.approval?.id === part.approvalId,
  )
  const call = folded.parts[index]
  if (call?.type !== 'dynamic-tool') return
  folded.parts[index] = {
    ...call,
    state: 'approval-responded',
    approval: {
      id: part.approvalId,
      approved: part.approved,
      ...(part.reason === undefined ? {} : { reason: part.reason }),
    },
  }
}

function changeTool(folded: FoldedMessage, toolCallId: string, change: Partial<ToolPart>): void {
  const index = toolIndex(folded, toolCallId)
  const call = folded.parts[index]
  if (call?.type === 'dynamic-tool') folded.parts[index] = { ...call, ...change }
}

function toolIndex(folded: FoldedMessage, toolCallId: string): number {
  return folded.parts.findLastIndex((part) => part.type === 'dynamic-tool' && part.toolCallId === toolCallId)
}
