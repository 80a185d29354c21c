import type { Budget, Usage } from '@ai-assistant/contract'
import type { Logger } from 'pino'
import type { LanguageModel, ModelRequest } from '../models/language-model.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { RunProgress } from './run-state.ts'
import type { ItemRow, UsageRow } from './run-step.ts'

/** One run as its executor sees it. */
export interface RunContext {
  run: RunIdentity
  progress: RunProgress
  /** The tool calls of this run by id, as the database has them. */
  items: Map<string, ItemRow>
  /** Charged so far, over all attempts. */
  usage: Usage
  /** Aborts with a `StopReason`. */
  signal: AbortSignal
  /** What the last model call has cost so far, written down or not. */
  lastCall?: () => UsageRow
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
  estimate: (text: string) => number
  newId: () => string
  /** Milliseconds on a clock that only goes forward. */
  clock: () => number
  log: Logger
  observe: RunObserver
}

/** What is measured of runs. Labels are bounded: never an id, a URL or a person. */
export interface RunObserver {
  firstToken(model: string, seconds: number): void
  stall(model: string, seconds: number): void
  modelCall(model: string, outcome: string, usage: Usage): void
  toolCall(server: string, outcome: 'done' | 'failed' | 'denied' | 'unknown', seconds: number): void
  ended(state: string): void
  takenOver(): void
}
