import type { Usage } from '@ai-assistant/contract'
import type { AnswerEnd, HandedCall } from './answer-reader.ts'

/** What every shape of one answer says of it. */
export interface CompletionHead {
  id: string
  created: number
  model: string
}

/** The same id and time for the same run, however often it is asked for: a UUIDv7 begins with its milliseconds. */
export function headOf(runId: string, model: string): CompletionHead {
  const hex = runId.replaceAll('-', '')
  return { id: `chatcmpl-${hex}`, created: Math.floor(Number.parseInt(hex.slice(0, 12), 16) / 1000), model }
}

export function toCompletion(head: CompletionHead, text: string, end: AnswerEnd): object {
  const calls = end.calls.length === 0 ? {} : { tool_calls: end.calls.map(toCall) }
  return {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && end.calls.length > 0 ? null : text,
          refusal: null,
          annotations: [],
          ...calls,
        },
        logprobs: null,
        finish_reason: finishReasonOf(end),
      },
    ],
    usage: toUsage(end.metadata.usage),
    service_tier: 'default',
    system_fingerprint: null,
  }
}

/** One part of a streamed answer. `usage` is there, and null, where the last part will tell it. */
export function toChunk(
  head: CompletionHead,
  choice: { delta: object; finishReason?: string } | null,
  usage?: Usage | null,
): object {
  return {
    ...head,
    object: 'chat.completion.chunk',
    service_tier: 'default',
    system_fingerprint: null,
    choices:
      choice === null
        ? []
        : [{ index: 0, delta: choice.delta, logprobs: null, finish_reason: choice.finishReason ?? null }],
    ...(usage === undefined ? {} : { usage: usage === null ? null : toUsage(usage) }),
  }
}

export function toCallDeltas(calls: readonly HandedCall[]): object[] {
  return calls.map((call, index) => ({ index, ...toCall(call) }))
}

/** Null: the answer broke off, and no reason of OpenAI's would be the truth. */
export function finishReasonOf({ metadata, calls }: AnswerEnd): 'stop' | 'length' | 'tool_calls' | null {
  if (metadata.state === 'complete') return calls.length > 0 ? 'tool_calls' : 'stop'
  const bounds = ['length', 'rounds', 'seconds']
  return metadata.state === 'incomplete' && bounds.includes(metadata.reason ?? '') ? 'length' : null
}

function toCall(call: HandedCall): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function toUsage(usage: Usage): object {
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens } = usage
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
