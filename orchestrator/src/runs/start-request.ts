import type { SendMessage } from '@ai-assistant/contract'
import type { TraceContext } from '@ai-assistant/telemetry/trace-context'
import type { ProgramChat } from './run-options.ts'
import type { AnswerLimits, AnswerStanding } from '../limits/count-answer.ts'
import type { Database } from '../storage/database.ts'

/** A question as a route hands it on. */
export interface StartRequest extends SendMessage {
  /** A chat id of the AI SDK's transport, where the client names conversations itself. */
  alias?: string
  /** What a program sent: a chat of its own, whole. `parts` then only names it. */
  program?: ProgramChat
  key: string | null
  /** Whose session asks, where nobody has looked yet whether it still stands: it is required with the rest. */
  session?: string
  /** SHA-256 of the request's body. */
  bodyHash: Buffer
  /** When it came, in milliseconds of `performance.now()`. */
  receivedAt?: number
  /** By which the answer is found in logs and traces. */
  requestId?: string
  trace?: TraceContext | null
  /** Told how the person's limits stand once this was counted or refused; not called where nothing is limited. */
  onCounted?: (limits: AnswerLimits, standing: AnswerStanding) => void
}

/** Whose question it is, and what a new run needs. */
export interface StartOptions {
  database: Database
  personId: string
  workerId: string
  model: string
  /** null: no limit. */
  limits: AnswerLimits | null
  newId: () => string
}
