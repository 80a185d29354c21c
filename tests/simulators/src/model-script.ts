import type { ChatRequest } from './chat-request.ts'
import type { SimulatedCall } from './choose-tool-calls.ts'

/** One answer of the model `scripted`, taken from a queue in order. */
export interface ScriptedTurn {
  /** Looks at the request and throws where it is not as the test wants it; the run is refused and the error kept in `faults`. */
  expect?: (request: ChatRequest) => void
  reasoning?: string
  /** In pieces: one token each. */
  text?: string | string[]
  calls?: (Omit<SimulatedCall, 'id'> & { id?: string })[]
  finish?: 'stop' | 'length' | 'tool_calls' | 'content_filter'
  /** Options as in a model's name, without `sim`: `itl50-rst3`. */
  behaviour?: string
}

export interface Script {
  enqueue(...turns: ScriptedTurn[]): void
  take(): ScriptedTurn | undefined
  /** What was expected and did not come, in order. Tests end by asserting that it is empty. */
  faults: string[]
  waiting(): number
}

export function createScript(): Script {
  const turns: ScriptedTurn[] = []
  return {
    faults: [],
    enqueue: (...more) => void turns.push(...more),
    take: () => turns.shift(),
    waiting: () => turns.length,
  }
}

/** Pieces of one to six characters, never inside a surrogate pair: what a tokenizer would make of it, near enough. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S{1,6}|\s+/gu) ?? []
}
