import type { Problem } from '@ai-assistant/contract'
import { traceHeader } from './trace-header.ts'

/** The server answered, and the answer is a refusal or a failure. `problem.code` may be switched on. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  /** Seconds the server asked to wait before another try; null where it did not. */
  readonly retryAfter: number | null

  constructor(problem: Problem, retryAfter: number | null) {
    super(problem.detail ?? problem.title)
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** No answer came: the network, the server or something between is away. The request may or may not have been carried out. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

export interface RequestOptions {
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Milliseconds after which no answer counts as none. */
  timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 30_000

/**
 * Calls the API on this page's own origin. The cookie goes along by itself.
 * @throws ProblemError for any answer but 2xx, ConnectionError where none came, the signal's reason where it was aborted.
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const answer = await send(method, path, options)
  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as T
  try {
    return (await answer.json()) as T
  } catch (cause) {
    throw new ConnectionError('The answer broke off', { cause })
  }
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...traceHeader(),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ConnectionError('The server cannot be reached', { cause })
  }
}

/** The problem an answer carries. Something between us and the server may have answered in its own words: those get a problem too. */
async function problemOf(answer: Response): Promise<ProblemError> {
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN)
  const wait = Number.isFinite(retryAfter) ? retryAfter : null
  const body: unknown = await answer.json().catch(() => null)
  if (isProblem(body)) return new ProblemError(body, wait)
  const away = answer.status >= 502 && answer.status <= 504
  return new ProblemError(
    {
      type: 'about:blank',
      title: away ? 'The server is not available at the moment' : `The server answered ${answer.status}`,
      status: answer.status,
      code: answer.status === 401 ? 'unauthenticated' : away ? 'unavailable' : 'internal',
      requestId: answer.headers.get('x-request-id') ?? '',
    },
    wait,
  )
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'title' in body
}

/** Whether another try with the same Idempotency-Key is right: nobody answered, or who answered could not serve just now. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  if (!(error instanceof ProblemError)) return false
  return ['unavailable', 'draining', 'request_in_progress'].includes(error.problem.code)
}
