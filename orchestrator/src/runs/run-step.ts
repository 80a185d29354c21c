import type { FinishMetadata, StreamPart, Usage } from '@ai-assistant/contract'
import type { RunItemState } from '../storage/tables.ts'

/**
 * What a run does next, as `executeRun` yields it. A `part` goes to the journal's group commit. A `commit` writes its parts
 * together with rows, all or nothing: usage with the event that closes its item, a tool call's state with what readers see
 * of it, the message with the run's end. The generator goes on only when a commit stands.
 */
export type RunStep = { type: 'part'; part: StreamPart } | { type: 'commit'; parts: StreamPart[]; rows: RunRows }

export interface RunRows {
  usage?: UsageRow[]
  items?: ItemRow[]
  end?: FinishMetadata
  /** The run waits for a person now: no worker, no lease. Refused with `AnswerArrived` where an answer is there already. */
  park?: true
}

/** One attempt at one model or tool call. */
export interface UsageRow {
  item: string
  attempt: number
  kind: 'model' | 'tool'
  /** The model's or tool's name. */
  name: string
  usage: Usage
  /** False for an attempt that was lost with its worker. */
  charged: boolean
  durationMs: number
  /** Bytes this call's result adds to the context. */
  contextBytes: number
  /** Estimated tokens: of a model call, its whole prompt; of a tool call, what its result adds to the prompts after it. */
  contextTokens: number
}

/** One tool call as it stands now. */
export interface ItemRow {
  id: string
  tool: string
  title: string
  input: unknown
  state: RunItemState
  approvalId: string | null
  /** The hash of the tool's definition that the call was asked for with; null in calls from before that was kept. */
  definition: string | null
  /** What the model reads, once there is an outcome. */
  content: string | null
}

/** A person answered between the run's last look and its parking: it goes on instead. */
export class AnswerArrived extends Error {
  override name = 'AnswerArrived'
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0, estimated: false }

export function addUsage(total: Usage, more: Usage): Usage {
  return {
    inputTokens: total.inputTokens + more.inputTokens,
    outputTokens: total.outputTokens + more.outputTokens,
    cachedTokens: total.cachedTokens + more.cachedTokens,
    reasoningTokens: total.reasoningTokens + more.reasoningTokens,
    estimated: total.estimated || more.estimated,
  }
}
