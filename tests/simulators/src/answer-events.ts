import { countTokens } from './chat-request.ts'
import type { ChatRequest } from './chat-request.ts'
import type { SimulatedCall } from './choose-tool-calls.ts'
import type { Behaviour } from './parse-model-name.ts'

/** One answer, before it is put on the wire. */
export interface Answer {
  id: string
  model: string
  reasoning: string[]
  text: string[]
  calls: SimulatedCall[]
  finish: 'stop' | 'length' | 'tool_calls' | 'content_filter'
  promptTokens: number
}

export interface AnswerEvents {
  /** What counts as a token on the way: one event each. */
  body: object[]
  tail: (object | '[DONE]')[]
  /** What the whole answer is billed at. */
  tokens: number
}

/** The events of a streamed answer, in order. The first has the role, the tail the finish reason, the usage and `[DONE]`. */
export function answerEvents(answer: Answer, behaviour: Behaviour, request: ChatRequest): AnswerEvents {
  const chunk = (delta: object, finish: string | null = null): object => ({
    id: answer.id,
    object: 'chat.completion.chunk',
    created: 1_750_000_000,
    model: answer.model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  })
  const reasoningField = behaviour.numbers.reason > 0 ? 'reasoning' : 'reasoning_content'
  const body = [
    ...answer.reasoning.map((token) => chunk({ [reasoningField]: token })),
    ...answer.text.map((token) => chunk({ content: token })),
    ...answer.calls.flatMap((call, index) =>
      callDeltas(call, index, behaviour).map((delta) => chunk({ tool_calls: [delta] })),
    ),
  ]
  const tail: (object | '[DONE]')[] = []
  if (!behaviour.flags.has('nofinish')) tail.push(chunk({}, answer.finish))
  const usage = request.stream_options?.include_usage === true && behaviour.words.usage !== 'none'
  const usageChunk = { ...chunk({}), choices: [], usage: usageOf(answer, behaviour) }
  if (usage) tail.push(...(behaviour.words.usage === 'twice' ? [usageChunk, usageChunk] : [usageChunk]))
  if (!behaviour.flags.has('nodone') && !behaviour.flags.has('hang')) tail.push('[DONE]')
  return { body: [chunk({ role: 'assistant', content: '' }), ...body], tail, tokens: completionTokens(answer) }
}

function callDeltas(call: SimulatedCall, index: number, behaviour: Behaviour): object[] {
  const place = behaviour.flags.has('noindex') ? {} : { index }
  const id = call.id === '' ? {} : { id: call.id }
  const deltas: object[] = [{ ...place, ...id, type: 'function', function: { name: call.name, arguments: '' } }]
  const size = Math.max(1, behaviour.numbers.frag)
  for (let at = 0; at < call.arguments.length; at += size) {
    deltas.push({ ...place, function: { arguments: call.arguments.slice(at, at + size) } })
  }
  return deltas
}

/** The body of an answer that is not streamed. */
export function wholeAnswer(answer: Answer, behaviour: Behaviour): object {
  const toolCalls = answer.calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }))
  const message = {
    role: 'assistant',
    content: answer.text.length > 0 ? answer.text.join('') : null,
    ...(answer.reasoning.length > 0 && { reasoning_content: answer.reasoning.join('') }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  }
  return {
    id: answer.id,
    object: 'chat.completion',
    created: 1_750_000_000,
    model: answer.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finish }],
    ...(behaviour.words.usage !== 'none' && { usage: usageOf(answer, behaviour) }),
  }
}

export function completionTokens(answer: Answer): number {
  return (
    answer.reasoning.length +
    answer.text.length +
    answer.calls.reduce((sum, call) => sum + countTokens(call.arguments), 0)
  )
}

function usageOf(answer: Answer, behaviour: Behaviour): object {
  const sign = behaviour.words.usage === 'negative' ? -1 : behaviour.words.usage === 'zero' ? 0 : 1
  const output = completionTokens(answer)
  return {
    prompt_tokens: sign * answer.promptTokens,
    completion_tokens: sign * output,
    total_tokens: sign * (answer.promptTokens + output),
    prompt_tokens_details: { cached_tokens: sign * Math.floor(answer.promptTokens / 2) },
    completion_tokens_details: { reasoning_tokens: sign * answer.reasoning.length },
  }
}
