import type { Problem } from '@ai-assistant/contract'

/** An error as OpenAI's clients read it. */
export interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string | null }
}

/** Codes that OpenAI's clients know by another name. */
const codes: Partial<Record<Problem['code'], string | null>> = {
  invalid_request: null,
  unauthenticated: 'invalid_api_key',
  forbidden: 'insufficient_permissions',
  rate_limited: 'rate_limit_exceeded',
  key_reused: 'idempotency_error',
}

const types: Partial<Record<Problem['code'], string>> = {
  rate_limited: 'rate_limit_error',
  key_reused: 'idempotency_error',
}

export function toOpenAiError(problem: Problem): OpenAiError {
  const { code, errors, status, title } = problem
  const field = errors?.[0]?.field
  return {
    error: {
      message: problem.detail?.replace(/^body\./, '') ?? title,
      type: types[code] ?? (status >= 500 ? 'server_error' : 'invalid_request_error'),
      param: field === undefined ? null : toPath(field),
      code:
        problem.context?.['openAiCode'] === 'model_not_found' ? 'model_not_found' : (codes[code] ?? defaultOf(code)),
    },
  }
}

function defaultOf(code: Problem['code']): string | null {
  return code in codes ? null : code
}

/** `body.messages.0.role` is `messages[0].role` there. */
function toPath(field: string): string | null {
  return field.replace(/^body\.?/, '').replaceAll(/\.(\d+)/g, '[$1]') || null
}

/** Whether a request came by the door for OpenAI's clients. */
export function speaksOpenAi(url: string): boolean {
  return url.startsWith('/v1/')
}
