import type { FinishMetadata, StreamPart } from '@ai-assistant/contract'

/** A call that the program itself is to make. */
export interface HandedCall {
  id: string
  name: string
  /** JSON text. */
  arguments: string
}

export interface AnswerEnd {
  metadata: FinishMetadata
  /** Not empty: the answer ends in these. */
  calls: HandedCall[]
}

/** Reads a run's events for a program: its texts as one, and how it ended. What the server's tools did stays inside. */
export class AnswerReader {
  end: AnswerEnd | null = null
  #calls: HandedCall[] = []
  #hasText = false

  /** Takes the next part; returns the text it adds. */
  take(part: StreamPart): string {
    switch (part.type) {
      case 'start-step':
        this.#calls = []
        return ''
      case 'text-start':
        // Texts before and after the server's tool calls are paragraphs of one answer.
        return this.#hasText && part.continues !== true ? '\n\n' : ''
      case 'text-delta':
        this.#hasText = true
        return part.delta
      case 'tool-input-available':
        this.#calls.push({ id: part.toolCallId, name: part.toolName, arguments: toJson(part.input) })
        return ''
      case 'finish':
        this.end = {
          metadata: part.messageMetadata,
          calls: part.finishReason === 'tool-calls' ? this.#calls : [],
        }
        return ''
      default:
        return ''
    }
  }
}

/** What the model wrote that is no JSON stays the text it is, for the program to see. */
function toJson(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {})
}
