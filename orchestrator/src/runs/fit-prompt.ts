import type { Budget } from '@ai-assistant/contract'
import { estimateMessageTokens, estimateTokens, estimateToolTokens } from '../models/estimate-tokens.ts'
import type { ModelFacts, ModelMessage, ModelRequest, ModelTool } from '../models/language-model.ts'

export interface PromptInput {
  system: string
  /** Earlier turns, oldest first: a question and what came of it. */
  turns: ModelMessage[][]
  /** The question to answer and what this answer has done so far. Never left out. */
  current: ModelMessage[]
  tools: ModelTool[]
  facts: ModelFacts
}

/** Kept free for what estimates miss: message frames, and the tokenizer's surprises. */
const MARGIN = 0.05

/** What is left of an old tool result when it has to go. */
const TRIMMED_RESULT_CHARS = 400

/**
 * Fits a prompt into the model's window less the answer's budget. What goes first: old tool results, oldest first; then
 * the oldest turns; then, if the question alone is too long, the middle of its longest texts. Says what was left out.
 */
export function fitPrompt(input: PromptInput): { request: ModelRequest; budget: Budget } {
  const { facts } = input
  const room = Math.floor(facts.windowTokens * (1 - MARGIN)) - facts.answerTokens
  const tools = fitTools(input, room)
  const limit = room - estimateTokens(input.system) - costOfTools(tools)
  const pile = new Pile(input)
  pile.trimResults(limit)
  pile.dropTurns(limit)
  pile.cutTexts(limit)
  const budget: Budget = {
    windowTokens: facts.windowTokens,
    answerTokens: facts.answerTokens,
    promptTokens: room - limit + pile.cost,
    omittedMessages: pile.omittedMessages,
    trimmedToolResults: pile.trimmedToolResults,
  }
  return { request: { system: input.system, messages: pile.messages(), tools }, budget }
}

/** Tools may take half of the room; the rest of them is not offered. */
function fitTools(input: PromptInput, room: number): ModelTool[] {
  let left = room / 2
  return input.tools.filter((tool) => {
    left -= costOfTools([tool])
    return left >= 0
  })
}

function costOfTools(tools: readonly ModelTool[]): number {
  return tools.reduce((sum, tool) => sum + estimateToolTokens(tool), 0)
}

interface Entry {
  message: ModelMessage
  cost: number
}

class Pile {
  omittedMessages = 0
  trimmedToolResults = 0
  cost = 0
  readonly #turns: Entry[][]
  readonly #current: Entry[]

  constructor(input: PromptInput) {
    this.#turns = input.turns.map((turn) => turn.map((message) => weigh(message)))
    this.#current = input.current.map((message) => weigh(message))
    for (const entry of this.#entries()) this.cost += entry.cost
  }

  messages(): ModelMessage[] {
    return this.#entries().map((entry) => entry.message)
  }

  trimResults(limit: number): void {
    for (const entry of this.#entries()) {
      if (this.cost <= limit) return
      const { message } = entry
      if (message.role !== 'tool' || message.content.length <= TRIMMED_RESULT_CHARS * 1.5) continue
      const kept = message.content.slice(0, TRIMMED_RESULT_CHARS).toWellFormed()
      this.#replace(entry, { ...message, content: `${kept}\n[the rest of this result was left out to save room]` })
      this.trimmedToolResults += 1
    }
  }

  dropTurns(limit: number): void {
    while (this.cost > limit && this.#turns.length > 0) {
      for (const entry of this.#turns.shift() ?? []) {
        this.cost -= entry.cost
        this.omittedMessages += 1
      }
    }
  }

  cutTexts(limit: number): void {
    const longestFirst = [...this.#current].sort((a, b) => b.cost - a.cost)
    for (const entry of longestFirst) {
      const excess = this.cost - limit
      if (excess <= 0) return
      this.#replace(entry, cutMessage(entry.message, Math.max(0.02, 1 - (excess * 1.1) / entry.cost)))
    }
  }

  #entries(): Entry[] {
    return [...this.#turns.flat(), ...this.#current]
  }

  #replace(entry: Entry, message: ModelMessage): void {
    this.cost -= entry.cost
    Object.assign(entry, weigh(message))
    this.cost += entry.cost
  }
}

function weigh(message: ModelMessage): Entry {
  return { message, cost: estimateMessageTokens(message) }
}

/** Keeps `share` of a message's text, from its beginning and its end. */
function cutMessage(message: ModelMessage, share: number): ModelMessage {
  if (message.role === 'tool') return { ...message, content: cutMiddle(message.content, share) }
  if (message.role === 'assistant') return { ...message, text: cutMiddle(message.text, share) }
  const parts = message.parts.map((part) =>
    part.type === 'text' ? { ...part, text: cutMiddle(part.text, share) } : part,
  )
  return { ...message, parts }
}

function cutMiddle(text: string, share: number): string {
  const half = Math.floor((text.length * share) / 2)
  const start = text.slice(0, half).toWellFormed()
  const end = half === 0 ? '' : text.slice(-half).toWellFormed()
  return `${start}\n[the middle of this text was left out to save room]\n${end}`
}
