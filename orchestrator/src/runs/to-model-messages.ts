import type { MessagePart, ToolPart } from '@ai-assistant/contract'
import type { ModelMessage, ModelUserPart } from '../models/language-model.ts'

/** What the model read of each tool call's result, by the call's id. */
export type ToolContents = ReadonlyMap<string, string>

/** A question as the model reads it. */
export function userToModelMessage(parts: readonly MessagePart[]): ModelMessage {
  return { role: 'user', parts: parts.flatMap(toUserPart) }
}

/**
 * An answer as the model reads it: for each step one assistant message and the results of its calls. An answer without any
 * word or call gives no message, since providers refuse empty ones.
 */
export function assistantToModelMessages(parts: readonly MessagePart[], contents: ToolContents): ModelMessage[] {
  return splitSteps(parts).flatMap((step) => stepToMessages(step, contents))
}

function toUserPart(part: MessagePart): ModelUserPart[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }]
  if (part.type === 'file') return [{ type: 'image', mediaType: part.mediaType, dataUrl: part.url }]
  return []
}

function splitSteps(parts: readonly MessagePart[]): MessagePart[][] {
  const steps: MessagePart[][] = [[]]
  for (const part of parts) {
    if (part.type === 'step-start') steps.push([])
    else steps.at(-1)?.push(part)
  }
  return steps
}

function stepToMessages(step: readonly MessagePart[], contents: ToolContents): ModelMessage[] {
  const text = step.map((part) => (part.type === 'text' ? part.text : '')).join('')
  const calls = step.flatMap((part) => (part.type === 'dynamic-tool' ? [part] : []))
  if (text === '' && calls.length === 0) return []
  const toolCalls = calls.map((call) => ({
    id: call.toolCallId,
    name: call.toolName,
    arguments: JSON.stringify(call.input ?? {}),
  }))
  return [{ role: 'assistant', text, toolCalls }, ...calls.map((call) => toToolMessage(call, contents))]
}

function toToolMessage(call: ToolPart, contents: ToolContents): ModelMessage {
  const content = contents.get(call.toolCallId) ?? call.errorText ?? sentOutput(call) ?? 'This call has no outcome.'
  return { role: 'tool', toolCallId: call.toolCallId, toolName: call.toolName, content }
}

/** What a program sent as the outcome of a call it made itself. */
function sentOutput({ output }: ToolPart): string | undefined {
  return typeof output === 'string' ? output : undefined
}
