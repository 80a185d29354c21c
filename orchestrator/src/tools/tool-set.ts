import type { ToolsView } from '@ai-assistant/contract'
import type { ModelTool } from '../models/language-model.ts'

/** The tools as a run sees them. Built from all connected servers; changes as they come and go. */
export interface ToolSet {
  /** What is offered to the model now. Tools whose changed definition waits for consent are not in it. */
  offered(): ModelTool[]
  /** Whether calls of it run without asking a person. */
  runsUnasked(name: string): boolean
  /** Finds the tool and checks the arguments (JSON text) against its schema. Never throws. */
  resolve(name: string, argumentsJson: string): ResolvedCall | ToolFault
  /** Runs a resolved call. Never rejects: a failing tool is an answer. */
  run(call: ResolvedCall, options: RunToolOptions): Promise<ToolOutcome>
  /** `allowed`: the definitions that the viewer has allowed for good. */
  view(allowed?: ReadonlySet<string>): ToolsView
  /** The hash of a tool's definition where a person may allow it for good, as only one that says it reads only may be. */
  allowable(name: string): string | null
}

export interface ResolvedCall {
  name: string
  title: string
  server: string
  input: unknown
  /** The hash of the definition it was resolved by. It runs with that one or not at all. */
  definition: string
  /** A person must see exactly these arguments and allow them. */
  asks: boolean
  /** Except where the person has allowed this definition for good. */
  allowable: boolean
  /** After a takeover it may run again: its server is operator-trusted, and it is read-only or idempotent. */
  repeatable: boolean
}

/** The call cannot be made; `message` tells the model what to mend. */
export interface ToolFault {
  fault: string
}

export interface RunToolOptions {
  signal: AbortSignal
  /** Goes to the server beside the arguments: W3C trace context, for one. */
  meta?: Readonly<Record<string, unknown>>
  onProgress: (progress: { progress: number; total?: number; text?: string }) => void
}

export interface ToolOutcome {
  failed: boolean
  /** The call was sent and its answer was lost: nobody knows what it did. It must not be made again unasked. */
  unknown: boolean
  /** The server failed, not the tool: it was not reached, or its answer cannot be used. */
  broken?: true
  /** Text for the model: capped, stripped of control characters, labelled with its source. */
  content: string
  /** What the page shows: text, or structured content. JSON. */
  output: unknown
  /** Bytes of `content`. */
  bytes: number
}
