import type { MessagePart } from '@ai-assistant/contract'
import type { ModelSettings, ModelTool } from '../models/language-model.ts'

/** What a program asked for beside its messages. Kept with the run, so that whoever takes it over answers the same. */
export interface RunOptions {
  settings: ModelSettings
  /**
   * The program's own tools: their calls end the answer and go to the program. Null: the server's tools, of which only those
   * that run without asking count, because no person watches.
   */
  tools: ModelTool[] | null
}

/** What a program sends is a whole chat: its messages are stored as they are, and the last one is answered. */
export interface ProgramChat {
  messages: { role: 'user' | 'assistant'; parts: MessagePart[] }[]
  options: RunOptions
}

/** What is stored as the outcome of a call that the program itself is to make. */
export const HANDED_OVER = 'Handed to the program that asked.'
