import type { ModelMessage, ModelRequest, ModelSettings, ModelUserPart } from '../language-model.ts'
import type { Parameters } from './parameters.ts'

/** The words a model is asked to continue with, where the upstream has no prefix mode. */
export const continueInstruction =
  'Your last message broke off in the middle. Continue it exactly where it ended, beginning with the very next character. ' +
  'Do not repeat anything of it, do not start over, and do not comment on the interruption.'

/** The body of `POST …/chat/completions` for this request. */
export function toChatCompletion(model: string, request: ModelRequest, parameters: Parameters): object {
  const { settings = {} } = request
  const offersTools = parameters.tools && request.tools.length > 0
  const temperature = settings.temperature ?? parameters.temperature
  return {
    model,
    messages: [
      ...(request.system === '' ? [] : [{ role: 'system', content: request.system }]),
      ...request.messages.map(toMessage),
      ...toPrefix(request.prefix, parameters),
    ],
    ...withoutToolTerms(settings.more ?? {}, offersTools),
    ...(offersTools && { tools: request.tools.map(toTool) }),
    ...(offersTools && settings.toolChoice !== undefined && { tool_choice: toToolChoice(settings.toolChoice) }),
    ...(temperature !== null && { temperature }),
    ...(parameters.answerField !== null && {
      [parameters.answerField]: Math.min(parameters.answerTokens, settings.answerTokens ?? Infinity),
    }),
    stream: true,
    ...(parameters.streamUsage && { stream_options: { include_usage: true } }),
    ...(hasPrefix(request) &&
      parameters.prefixMode === 'continue-final-message' && {
        continue_final_message: true,
        add_generation_prompt: false,
      }),
  }
}

/** Servers refuse terms about tools where there are none. */
function withoutToolTerms(more: Record<string, unknown>, offersTools: boolean): object {
  const { parallel_tool_calls: parallel, ...rest } = more
  return offersTools && parallel !== undefined ? more : rest
}

function toToolChoice(choice: NonNullable<ModelSettings['toolChoice']>): string | object {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } }
}

function toMessage(message: ModelMessage): object {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: toContent(message.parts) }
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
    case 'assistant':
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.text }
      return {
        role: 'assistant',
        content: message.text === '' ? null : message.text,
        tool_calls: message.toolCalls.map(toCall),
      }
  }
}

function toContent(parts: ModelUserPart[]): string | object[] {
  // Plain text as a string: some servers know no other content.
  if (parts.every((part) => part.type === 'text')) return parts.map((part) => part.text).join('\n\n')
  return parts.map((part) =>
    part.type === 'text' ? { type: 'text', text: part.text } : { type: 'image_url', image_url: { url: part.dataUrl } },
  )
}

function toCall(call: { id: string; name: string; arguments: string }): object {
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: isJson(call.arguments) ? call.arguments : '{}' },
  }
}

/** Templates of local servers parse the arguments of old calls: what the model once wrote wrongly would fail every later request. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function toTool(tool: ModelRequest['tools'][number]): object {
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
  }
}

function hasPrefix(request: ModelRequest): boolean {
  return request.prefix !== undefined && request.prefix !== ''
}

function toPrefix(prefix: string | undefined, parameters: Parameters): object[] {
  if (prefix === undefined || prefix === '') return []
  const shown = { role: 'assistant', content: prefix }
  if (parameters.prefixMode === 'prefix-flag') return [{ ...shown, prefix: true }]
  return parameters.prefixMode === 'instruct' ? [shown, { role: 'user', content: continueInstruction }] : [shown]
}
