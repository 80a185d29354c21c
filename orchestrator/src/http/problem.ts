import { type Problem, type ProblemCode, problemCodes } from '@ai-assistant/contract'
import type { z } from 'zod'
import { SendRefused } from '../runs/send-refused.ts'
import { PeopleRefused } from '../users/people-refused.ts'
import { CommitUnknown, DatabaseFull, DatabaseUnavailable } from '../storage/errors.ts'

/** An error that a request is answered with as it is. */
export class HttpProblem extends Error {
  override name = 'HttpProblem'
  readonly code: ProblemCode
  readonly errors: Problem['errors']
  readonly context: Record<string, unknown> | undefined

  constructor(
    code: ProblemCode,
    detail?: string,
    more: { errors?: Problem['errors']; context?: Record<string, unknown> } = {},
  ) {
    super(detail ?? problemCodes[code][1])
    this.code = code
    this.errors = more.errors
    this.context = more.context
  }
}

/** Turns whatever was thrown into RFC 9457 problem details. What is not known to us tells nothing of itself. */
export function toProblem(error: unknown, requestId: string): Problem {
  const known = recognise(error)
  const [status, title] = problemCodes[known.code]
  return {
    type: 'about:blank',
    title,
    status,
    code: known.code,
    ...(known.message === '' || known.message === known.code ? {} : { detail: known.message }),
    requestId,
    ...(known.errors === undefined ? {} : { errors: known.errors }),
    ...(known.context === undefined ? {} : { context: known.context }),
  }
}

/** Seconds after which trying again makes sense, for the errors where it does. */
export function retryAfter({ code, context }: Problem): number | null {
  if (typeof context?.['retryAfterSeconds'] === 'number') return context['retryAfterSeconds']
  if (code === 'unavailable' || code === 'draining') return 1
  return code === 'storage_full' ? 30 : null
}

function recognise(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof SendRefused) {
    return new HttpProblem(error.code, error.message, error.context ? { context: error.context } : {})
  }
  if (error instanceof PeopleRefused) {
    const { code, message, context, field } = error
    const errors = field === undefined ? undefined : [{ field, message }]
    return new HttpProblem(code, message, { ...(context && { context }), ...(errors && { errors }) })
  }
  if (error instanceof DatabaseFull) return new HttpProblem('storage_full')
  if (error instanceof DatabaseUnavailable || error instanceof CommitUnknown) {
    return new HttpProblem('unavailable', 'The database cannot be reached just now. Try again in a moment.')
  }
  return recogniseFramework(error) ?? new HttpProblem('internal', '')
}

const frameworkCodes: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this route accepts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty, but its content type is application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'Content-Length does not match the body.'],
}

function recogniseFramework(error: unknown): HttpProblem | null {
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const found = frameworkCodes[code]
  if (found) return new HttpProblem(...found)
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
  return status >= 400 && status < 500 ? new HttpProblem('invalid_request', error.message) : null
}

/** Names each field at fault. Of a union, the alternative that came closest is told. */
export function toInvalidRequest(where: 'body' | 'query' | 'params', error: z.ZodError): HttpProblem {
  const errors = flatten(error.issues)
    .slice(0, 20)
    .map((issue) => ({
      field: short([where, ...issue.path.map(String)].join('.')),
      message: short(issue.message),
    }))
  const first = errors[0]
  return new HttpProblem('invalid_request', first ? `${first.field}: ${first.message}` : undefined, { errors })
}

/** Names of the client's own are told back, but not by the megabyte. */
function short(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200).toWellFormed()}…`
}

function flatten(
  issues: readonly z.core.$ZodIssue[],
  path: PropertyKey[] = [],
): { path: PropertyKey[]; message: string }[] {
  return issues.flatMap((issue) => {
    const here = [...path, ...issue.path]
    if (issue.code !== 'invalid_union') return [{ path: here, message: issue.message }]
    const closest = [...issue.errors].sort((a, b) => weigh(a) - weigh(b))[0]
    return closest === undefined ? [{ path: here, message: issue.message }] : flatten(closest, here)
  })
}

/** How far a value is from an alternative: faults, and names that the alternative does not know. */
function weigh(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}
