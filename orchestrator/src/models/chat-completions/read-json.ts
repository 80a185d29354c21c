import type { UpstreamError } from './call-failure.ts'

export type JsonObject = Record<string, unknown>

export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

/** The object `text` is the JSON of, else null. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What went wrong, from the body of a refusal or an error event: OpenAI's shape, FastAPI's `detail`, Ollama's plain string, or mere text. */
export function readUpstreamError(text: string, body = parseObject(text)): UpstreamError {
  const error = asObject(body?.['error']) ?? body
  if (error === null) return { message: /^\s*</.test(text) ? '' : text, param: null, code: '' }
  const detail = typeof error['detail'] === 'object' ? JSON.stringify(error['detail']) : asText(error['detail'])
  const message = asText(error['message']) || asText(body?.['error']) || detail
  const code = [error['code'], error['type'], error['status']]
    .filter((part) => part !== null && typeof part !== 'object')
    .join(' ')
  return { message, param: typeof error['param'] === 'string' ? error['param'] : null, code: code.toLowerCase() }
}
