/** The parts of a Chat Completions request the simulator looks at. */
export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  tools?: { type: 'function'; function: { name: string; description?: string; parameters?: Record<string, unknown> } }[]
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  max_tokens?: number
  max_completion_tokens?: number
  [parameter: string]: unknown
}

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  content: string | { type: string; text?: string; image_url?: { url: string } }[] | null
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[]
  tool_call_id?: string
  prefix?: boolean
}

/** The request if it has the protocol's shape, else the sentence a provider would refuse it with. */
export function readChatRequest(body: string): ChatRequest | string {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return 'We could not parse the JSON body of your request.'
  }
  if (typeof value !== 'object' || value === null) return 'The body must be an object.'
  const request = value as ChatRequest
  if (typeof request.model !== 'string') return "Missing required parameter: 'model'."
  if (!Array.isArray(request.messages) || request.messages.length === 0)
    return "Missing required parameter: 'messages'."
  return unansweredCall(request.messages) ?? request
}

/** Providers refuse a history in which a tool call has no result, or a result has no call. */
function unansweredCall(messages: ChatMessage[]): string | null {
  const open = new Set<string>()
  for (const message of messages) {
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) {
        return "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
      }
      continue
    }
    if (open.size > 0) {
      return `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. Missing: ${[...open].join(', ')}`
    }
    for (const call of message.tool_calls ?? []) open.add(call.id)
  }
  return open.size > 0 ? "An assistant message with 'tool_calls' must be followed by tool messages." : null
}

export function textOf(message: ChatMessage): string {
  if (typeof message.content === 'string') return message.content
  return (message.content ?? []).map((part) => part.text ?? '').join('')
}

/** Four characters a token, as everybody's first guess. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
