import type { Usage } from '@ai-assistant/contract'

/**
 * The seam to a model. Nothing above this file knows which API is spoken behind it.
 *
 * `stream` never throws and never rejects while it is read: every failure is an `error` event. It yields exactly one last
 * event, `end` or `error`; on an abort it simply stops. An answer is whole only if its `end` event was seen.
 */
export interface LanguageModel {
  readonly view: ModelFacts
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>
}

/** What the prompt builder and the model page need to know. */
export interface ModelFacts {
  id: string
  provider: 'openai' | 'compatible' | 'local' | 'offline'
  /** The origin it is called at; null for the offline model. */
  origin: string | null
  why: string
  /** Tokens that prompt and answer share. */
  windowTokens: number
  /** Tokens kept free for the answer. */
  answerTokens: number
  temperature: number | null
}

export interface ModelRequest {
  system: string
  messages: ModelMessage[]
  tools: ModelTool[]
  /**
   * Text this very answer has already shown, to be continued without repeating it. The model behind uses the provider's
   * prefix mode where it has one, and trims what is repeated: what it yields follows the prefix directly.
   */
  prefix?: string
  /** Sent along with the request: W3C trace context, for one. */
  headers?: Readonly<Record<string, string>>
  settings?: ModelSettings
}

/** What a program asked of its answer, in place of what is configured. */
export interface ModelSettings {
  temperature?: number
  /** At most as many as are configured. */
  answerTokens?: number
  toolChoice?: 'none' | 'auto' | 'required' | { name: string }
  /** Parameters of the Chat Completions API for an upstream that speaks it. */
  more?: Record<string, unknown>
}

export type ModelMessage =
  | { role: 'user'; parts: ModelUserPart[] }
  | { role: 'assistant'; text: string; toolCalls: ModelToolCall[] }
  | { role: 'tool'; toolCallId: string; toolName: string; content: string }

export type ModelUserPart = { type: 'text'; text: string } | { type: 'image'; mediaType: string; dataUrl: string }

/** `arguments` is JSON text as the model wrote it; it may be invalid. */
export interface ModelToolCall {
  id: string
  name: string
  arguments: string
}

export interface ModelTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  inputSchema: Record<string, unknown>
}

export type ModelEvent =
  | { type: 'reasoning-delta'; text: string }
  | { type: 'text-delta'; text: string }
  | { type: 'tool-call-start'; id: string; name: string }
  | { type: 'tool-call-end'; call: ModelToolCall }
  /** Before the first token only: the call failed in a way that passes, and is made again after the pause. */
  | { type: 'retry'; failure: ModelFailure; inMs: number }
  | { type: 'usage'; usage: Usage }
  | { type: 'end'; reason: 'stop' | 'length' | 'tool-calls' | 'content-filter' }
  | { type: 'error'; failure: ModelFailure }

/** Why a model call failed. `message` is for people, and never carries a key. */
export interface ModelFailure {
  kind: ModelFailureKind
  message: string
  /** The upstream's HTTP status, where it answered. */
  status?: number
}

/**
 * `refused`: a 4xx that will not pass (bad key, unknown model, bad request) · `too-long`: the prompt does not fit ·
 * `rate-limited`: 429 past the retry budget · `unavailable`: 5xx, refused or unresolved connection · `stalled`: no byte
 * within the idle timeout · `cut`: the stream ended without its proof of completeness · `malformed`: not the protocol ·
 * `breaker-open`: too many failures just now, not even tried.
 */
export type ModelFailureKind =
  | 'refused'
  | 'too-long'
  | 'rate-limited'
  | 'unavailable'
  | 'stalled'
  | 'cut'
  | 'malformed'
  | 'breaker-open'
