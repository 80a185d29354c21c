import type { ServerResponse } from 'node:http'
import type { ChatRequest } from './chat-request.ts'
import type { Behaviour } from './parse-model-name.ts'

export interface Refusal {
  status: number
  message: string
  param?: string
  code?: string
  headers?: Record<string, string>
}

/** The refusal the model's name asks for on its `call`-th request, in the words providers use; null where it is to be answered. */
export function refusalOf(behaviour: Behaviour, request: ChatRequest, call: number): Refusal | null {
  const refused = behaviour.refuses.find((name) => request[name] !== undefined)
  if (refused !== undefined) return unsupported(refused)
  if (behaviour.flags.has('toolong')) {
    return {
      status: 400,
      message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      param: 'messages',
      code: 'context_length_exceeded',
    }
  }
  if (behaviour.flags.has('quota')) {
    return {
      status: 429,
      message: 'You exceeded your current quota, please check your plan and billing details.',
      code: 'insufficient_quota',
    }
  }
  if (!behaviour.fail || call > behaviour.fail.times) return null
  const { after, afterms } = behaviour.numbers
  const headers = {
    ...(after >= 0 && { 'retry-after': String(after) }),
    ...(afterms >= 0 && { 'retry-after-ms': String(afterms) }),
  }
  return {
    status: behaviour.fail.status,
    message: sentences[behaviour.fail.status] ?? 'The server had an error.',
    headers,
  }
}

function unsupported(param: string): Refusal {
  const message =
    param === 'max_tokens'
      ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
      : `Unsupported parameter: '${param}' is not supported with this model.`
  return { status: 400, message, param, code: 'unsupported_parameter' }
}

const sentences: Record<number, string> = {
  400: 'Invalid request.',
  401: 'Incorrect API key provided: sk-simul**********0000. You can find your API key in your account.',
  403: 'Your account may not use this model.',
  429: 'Rate limit reached for requests.',
  500: 'The server had an error while processing your request.',
  503: 'The engine is currently overloaded, please try again later.',
}

export function sendRefusal(
  response: ServerResponse,
  status: number,
  message: string,
  more: Partial<Refusal> = {},
): void {
  const type = status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'server_error' : 'invalid_request_error'
  sendJson(
    response,
    status,
    { error: { message, type, param: more.param ?? null, code: more.code ?? null } },
    more.headers,
  )
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
}
