import type { Budget, FinishMetadata, IncompleteReason, Usage } from '@ai-assistant/contract'
import type { TraceContext } from '@ai-assistant/telemetry/trace-context'
import type { Span, Tracer } from '@ai-assistant/telemetry/tracer'
import type { Logger } from 'pino'
import type { LanguageModel, ModelRequest } from '../models/language-model.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { Cost } from '../usage/prices.ts'
import type { AnswerPace } from './answer-pace.ts'
import type { FirstPage } from './first-page.ts'
import type { RunOptions } from './run-options.ts'
import type { RunProgress } from './run-state.ts'
import type { ItemRow, UsageRow } from './run-step.ts'

/** One run as its executor sees it. */
export interface RunContext extends KnownOfRun {
  /** What the last model call has cost so far, written down or not; null before the first. */
  lastCall: (() => UsageRow) | null
  /** Set by whoever writes the run. */
  pace: AnswerPace | null
  span: Span | null
}

/** What is known of a run when it begins or is taken over. */
export interface KnownOfRun {
  run: RunIdentity
  /** What a program asked for; null where a person asked. */
  options: RunOptions | null
  progress: RunProgress
  /** The tool calls of this run by id, as the database has them. */
  items: Map<string, ItemRow>
  /** Charged so far, over all attempts. */
  usage: Usage
  /** Aborts with a `StopReason`. */
  signal: AbortSignal
  /** When the question came, on the clock of `RunDeps`; null where this process did not take it. */
  receivedAt: number | null
  /** The last sign of life of the worker this run was taken over from, on the same clock; null where it is not known. */
  lostSince: number | null
  /** What was read with the question, for the first model call; null afterwards, and where nothing was. */
  firstPage: FirstPage | null
}

/** Each token of the answer looks its run's fields up: no field comes or goes later, which would make them a dictionary's. */
export function openContext(known: KnownOfRun): RunContext {
  return { ...known, lastCall: null, pace: null, span: null }
}

/** `cancel`: the person stopped it · `fenced`: it belongs to another worker · `drain`: this process hands it over. */
export type StopReason = 'cancel' | 'fenced' | 'drain'

export interface RunIdentity {
  id: string
  ownerId: string
  conversationId: string
  messageId: string
  userMessageId: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  epoch: number
  deaths: number
  /** The trace its question came with. */
  trace: TraceContext | null
  /** This worker took the run over: whatever was under way died with the last one. */
  resumed: boolean
}

/** What an executor works with. Handed in by the house, so that tests hand in their own. */
export interface RunDeps {
  model: () => LanguageModel
  tools: ToolSet
  /** Builds the request for the next model call of this run, fitted into the model's window. */
  prompt: (context: RunContext, model: LanguageModel) => Promise<{ request: ModelRequest; budget: Budget }>
  /** Reads the run's tool calls again: a person may have answered on another server. */
  loadItems: (runId: string) => Promise<Map<string, ItemRow>>
  /** The definitions of tools that a person has allowed for good. */
  consents: (personId: string) => Promise<ReadonlySet<string>>
  /** What a model call costs; null where no price is known. */
  price: (model: string, usage: Usage) => Cost | null
  newId: () => string
  /** Milliseconds on a clock that only goes forward. */
  clock: () => number
  log: Logger
  tracer: Tracer
  observe: RunObserver
}

/** `broken`: not the tool but its server is at fault · `unknown`: it may have taken effect. */
export type ToolCallOutcome = 'done' | 'failed' | 'broken' | 'denied' | 'unknown'

/** What is measured of runs. Labels are bounded: never an id, a URL or a person. */
export interface RunObserver {
  started(kind: RunIdentity['kind']): void
  /** The run waits for a person. */
  parked(): void
  firstToken(model: string, seconds: number): void
  stall(model: string, seconds: number): void
  /** What the first token cost beside the model. */
  overhead(model: string, seconds: number): void
  longestPause(model: string, seconds: number): void
  modelRetry(model: string, reason: string): void
  modelCall(model: string, outcome: string, usage: Usage, seconds: number): void
  toolCall(server: string, outcome: ToolCallOutcome, seconds: number, bytes: number): void
  /** `resumed`: a worker was lost under it. */
  ended(state: FinishMetadata['state'], reason: IncompleteReason | 'none', resumed: boolean): void
  takenOver(gapSeconds: number | null): void
}
