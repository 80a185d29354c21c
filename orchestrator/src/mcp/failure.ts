import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } from '@modelcontextprotocol/client'
import { lostAnswerCode } from './http-transport.ts'
import { ResponseTooLargeError } from './limit-body.ts'

/**
 * Why a request to a tool server has no result. `unreachable`: it never arrived, so nothing was done · `refused`: the
 * server said no · `lost`: it arrived, and the answer was lost: what was done is unknown · `timeout`: likewise, we stopped
 * waiting · `cancelled`: likewise, we were told to stop · `unusable`: an answer came that breaks the protocol, its own
 * schema or our bounds · `asks`: the tool wants to ask the person something.
 */
export type McpFailureKind = 'unreachable' | 'refused' | 'lost' | 'timeout' | 'cancelled' | 'unusable' | 'asks'

export interface McpFailure {
  kind: McpFailureKind
  /** For people and models. May quote the server: clean it before it is shown. */
  message: string
}

/** Names the failure behind an error of the client library or of `fetch`. */
export function explainFailure(error: unknown): McpFailure {
  if (error instanceof ResponseTooLargeError) return { kind: 'unusable', message: error.message }
  if (error instanceof UnauthorizedError) return { kind: 'refused', message: unauthorized }
  if (error instanceof SdkHttpError) return explainStatus(error)
  if (error instanceof SdkError) return explainSdkError(error)
  if (error instanceof ProtocolError) return explainProtocolError(error)
  return explainNetworkError(error)
}

const unauthorized =
  'The server wants other credentials (401): check MCP_SERVICE_TOKEN, or the headers in the file of servers'

/** How much of a server's own words is kept. */
const quotedChars = 300

function explainStatus(error: SdkHttpError): McpFailure {
  const status = error.status ?? 0
  if (status === 401 || status === 403) return { kind: 'refused', message: unauthorized.replace('401', `${status}`) }
  // 404 is also how a server says that it has forgotten our session: it did nothing either way.
  if (status === 404) return { kind: 'unreachable', message: 'No MCP server answers at this address (404)' }
  if (status === 429 || status === 503) return { kind: 'unreachable', message: `The server is too busy (${status})` }
  if (status >= 500) return { kind: 'lost', message: `The server failed (${status})` }
  return { kind: 'refused', message: `The server refused: ${error.message.slice(0, quotedChars)}` }
}

function explainSdkError(error: SdkError): McpFailure {
  const message = error.message.slice(0, quotedChars)
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return { kind: 'timeout', message: 'The server did not answer in time' }
    case SdkErrorCode.NotConnected:
      return { kind: 'unreachable', message }
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.SendFailed:
      return { kind: 'lost', message: `The connection to the server broke: ${message}` }
    case SdkErrorCode.EraNegotiationFailed:
      if (error.cause instanceof Error) return explainFailure(error.cause)
      return { kind: 'unusable', message: `We speak no protocol version in common: ${message}` }
    default:
      return { kind: 'unusable', message: `The server's answer breaks the protocol: ${message}` }
  }
}

function explainProtocolError(error: ProtocolError): McpFailure {
  if (error.code !== lostAnswerCode) return { kind: 'refused', message: error.message.slice(0, quotedChars) }
  const reason = (error.data as { reason?: unknown } | undefined)?.reason
  if (reason === 'too-large') {
    return { kind: 'unusable', message: "The server's answer is too large to be read" }
  }
  return { kind: 'lost', message: 'The connection ended before the answer came' }
}

const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EACCES',
  'UND_ERR_CONNECT_TIMEOUT',
])

function explainNetworkError(error: unknown): McpFailure {
  const codes: string[] = []
  let last: unknown = error
  // Errors of fetch are nested: the reason is in the innermost.
  for (let depth = 0; depth < 5 && last instanceof Error; depth += 1) {
    if (last instanceof ResponseTooLargeError) return { kind: 'unusable', message: last.message }
    if ('code' in last && typeof last.code === 'string') codes.push(last.code)
    if (last.cause === undefined) break
    last = last.cause
  }
  const message = last instanceof Error ? last.message || codes.join(' ') : String(last)
  const unsent = codes.some((code) => unsentCodes.has(code))
  if (unsent) return { kind: 'unreachable', message: `The server cannot be reached (${codes.at(-1) ?? message})` }
  return { kind: 'lost', message: `The connection to the server broke: ${message.slice(0, quotedChars)}` }
}
