import type { IncomingHttpHeaders } from 'node:http'
import type { ModelFailure, ModelFailureKind } from '../language-model.ts'
import { retryAfterMs } from '../retry-delay.ts'
import { quoteUpstream } from './quote-upstream.ts'

/** One call that failed, with what the retry layer needs to know. */
export interface CallFailure {
  failure: ModelFailure
  /** `retry`: it may pass by itself · `pause`: it passes after a while, the upstream is well · `never`. */
  again: 'never' | 'retry' | 'pause'
  /** What the upstream asked for; null where it did not say. */
  waitMs: number | null
}

/** Whom a failure is about. `apiKey` is there to be struck out of what the upstream says. */
export interface Upstream {
  host: string
  model: string
  apiKey: string | null
}

/** What an upstream says in an `error` object, in a body or in an event. */
export interface UpstreamError {
  message: string
  param: string | null
  /** Its `code` and `type`, lower case, in one string to be searched. */
  code: string
}

export function callFailure(
  kind: ModelFailureKind,
  message: string,
  again: CallFailure['again'] = 'never',
): CallFailure {
  return { failure: { kind, message }, again, waitMs: null }
}

/** An answer with another status than 2xx. `nowMs` is the time since the epoch. */
export function statusFailure(
  upstream: Upstream,
  status: number,
  headers: IncomingHttpHeaders,
  error: UpstreamError,
  nowMs: number,
): CallFailure {
  const said = quoteUpstream(error.message, upstream.apiKey)
  const of = (kind: ModelFailureKind, message: string, again: CallFailure['again'] = 'never'): CallFailure => ({
    failure: { kind, message: said === '' ? message : `${message} It says: “${said}”`, status },
    again,
    waitMs: retryAfterMs(headers, nowMs),
  })
  const { host, model } = upstream
  if (isTooLong(status, error)) return of('too-long', `The conversation is too long for the model “${model}”.`)
  if (status === 429 && /insufficient_quota|billing/.test(error.code)) {
    return of('refused', `The account at ${host} has used up its quota.`)
  }
  if (status === 429) return of('rate-limited', `${host} limits how often it is asked (429).`, 'pause')
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    return of(
      'unavailable',
      `${host} has a failure (${status}).`,
      headers['x-should-retry'] === 'false' ? 'never' : 'retry',
    )
  }
  return of('refused', refusedSentence(upstream, status, headers))
}

function refusedSentence({ host, model, apiKey }: Upstream, status: number, headers: IncomingHttpHeaders): string {
  switch (status) {
    case 401:
      return apiKey === null
        ? `${host} wants an API key (401). Set OPENAI_API_KEY.`
        : `${host} does not accept the API key (401). Check OPENAI_API_KEY.`
    case 403:
      return `${host} does not allow this account to use the model “${model}” (403).`
    case 404:
      return `${host} does not know the model “${model}”, or this is not the API's address (404). Check OPENAI_MODEL and OPENAI_BASE_URL.`
    default:
      if (status >= 300 && status < 400) {
        return `${host} redirects to ${quoteUpstream(String(headers.location ?? 'another address'), apiKey)} (${status}), and redirects are not followed. Set OPENAI_BASE_URL to the final address.`
      }
      return `${host} refuses the request (${status}).`
  }
}

function isTooLong(status: number, error: UpstreamError): boolean {
  if (status === 413) return true
  if (status >= 500) return false
  const text = `${error.code} ${error.message}`
  return /context_length_exceeded|exceed_context_size|context (?:length|window|size)|prompt is too long|too many (?:input )?tokens|input is too long/i.test(
    text,
  )
}

/** An error in place of an answer, or in the middle of one, although the status was 200. */
export function errorEventFailure(upstream: Upstream, error: UpstreamError): CallFailure {
  const said = quoteUpstream(error.message, upstream.apiKey)
  const tell = (message: string): string => (said === '' ? message : `${message} It says: “${said}”`)
  if (isTooLong(200, error))
    return callFailure('too-long', tell(`The conversation is too long for the model “${upstream.model}”.`))
  if (/rate_limit|(^|\D)429(\D|$)/.test(error.code)) {
    return callFailure('rate-limited', tell(`${upstream.host} limits how often it is asked.`), 'pause')
  }
  if (/invalid_request|authentication|permission|not_found|(^|\D)40[0134](\D|$)/.test(error.code)) {
    return callFailure('refused', tell(`${upstream.host} refuses the request.`))
  }
  return callFailure('unavailable', tell(`${upstream.host} failed while it answered.`), 'retry')
}

/** No answer at all: the connection was not made, or was lost before the answer's head. */
export function connectionFailure(upstream: Upstream, error: Error | undefined): CallFailure {
  const code = codeOf(error)
  const { host } = upstream
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return callFailure(
      'unavailable',
      `The host ${host} cannot be found (${code}). Check OPENAI_BASE_URL and the network.`,
      'retry',
    )
  }
  if (code === 'ECONNREFUSED') {
    return callFailure(
      'unavailable',
      `Nothing answers at ${host} (connection refused). Is the model server running?`,
      'retry',
    )
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL/.test(code)) {
    return callFailure('unavailable', `The certificate of ${host} is not trusted (${code}).`)
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return callFailure('unavailable', `${host} cannot be reached: connecting took too long.`, 'retry')
  }
  return callFailure('unavailable', `The connection to ${host} failed${code === '' ? '' : ` (${code})`}.`, 'retry')
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code !== '') return code
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause
  return codeOf(inner)
}
