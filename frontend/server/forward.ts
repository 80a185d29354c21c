import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import type { Dispatcher } from 'undici'

export interface Forwarding {
  origin: string
  dispatcher: Dispatcher
  /** For every answer that says nothing else. */
  headers: Record<string, string>
}

export interface Caller {
  protocol: string
  host: string
  requestId: string
  /** Headers by which it joins the trace, in the place of the caller's; empty where we record none. */
  trace?: { traceparent?: string }
  /** The orchestrator begins to answer. */
  onHead?: () => void
}

/** What became of a request whose answer could not begin; once it has begun, a failure cuts the connection instead. */
export type ForwardFailure = { code: string; message: string }

/** What is passed on. Fewer than there are: to one that nobody knows behind, each server on the way may give a meaning. */
export const forwardedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Bodies up to this size are read first, so that a request can be sent again to an orchestrator that just restarted. */
const smallBody = 64 * 1024

/**
 * Until the orchestrator begins to answer, in milliseconds. Streams begin at once, but an answer asked for whole begins when
 * the model is done. Between the parts of an answer there is no limit.
 */
const headersTimeout = 15 * 60_000

/** RFC 9110 §7.6.1: what concerns one connection is not passed on. `expect` was answered by our own server. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
])

/**
 * Passes a request on and its answer back, each part as it comes, holding back the sender where the receiver is slow. A
 * caller who leaves ends the request behind. Resolves to the failure where the orchestrator could not be asked and the
 * response is still untouched; to null when all was passed on, or the connection was cut.
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
  forwarding: Forwarding,
): Promise<ForwardFailure | null> {
  const body = await bodyOf(request)
  const first = await attempt(request, response, body, caller, forwarding)
  const again = first !== null && isStaleConnection(first) && !isStream(body) && isSafe(request.method)
  return again ? attempt(request, response, body, caller, forwarding) : first
}

function attempt(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | Readable | null,
  caller: Caller,
  { origin, dispatcher, headers }: Forwarding,
): Promise<ForwardFailure | null> {
  const { promise, resolve } = Promise.withResolvers<ForwardFailure | null>()
  const method = forwardedMethods.find((name) => name === request.method)
  if (method === undefined) throw new TypeError(`${request.method} is not passed on`)
  let controller: Dispatcher.DispatchController | null = null
  const left = () => {
    if (!response.writableFinished) controller?.abort(new Error('The caller left'))
  }
  const goOn = () => controller?.resume()
  const end = (failure: ForwardFailure | null) => {
    response.off('close', left).off('drain', goOn)
    resolve(failure)
  }
  response.on('close', left).on('drain', goOn)

  dispatcher.dispatch(
    {
      origin,
      path: request.url ?? '/',
      method,
      headers: requestHeaders(request, caller),
      body,
      headersTimeout,
      bodyTimeout: 0,
    },
    {
      onRequestStart(started) {
        controller = started
        if (response.destroyed) left()
      },
      onResponseStart(_controller, status, answerHeaders) {
        caller.onHead?.()
        response.writeHead(status, { ...headers, ...passedOn(answerHeaders) })
        // The first event of a stream may be long in coming; its headers say already that all is well.
        response.flushHeaders()
      },
      onResponseData(from, chunk) {
        if (!response.write(chunk)) from.pause()
      },
      onResponseEnd() {
        response.end()
        end(null)
      },
      onResponseError(_controller, error) {
        if (response.headersSent || response.destroyed) {
          response.destroy()
          return end(null)
        }
        end({ code: 'code' in error ? String(error.code) : error.name, message: error.message })
      },
    },
  )
  return promise
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | Readable | null> {
  const length = request.headers['content-length']
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return null
  if (length === undefined || Number(length) > smallBody) {
    // A stream of its own: a failed attempt destroys what it was given, and the caller's connection must survive that.
    const body = new PassThrough()
    request.on('error', (error) => body.destroy(error)).pipe(body)
    return body
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function requestHeaders(request: IncomingMessage, { protocol, host, requestId, trace }: Caller): IncomingHttpHeaders {
  const before = request.headers['x-forwarded-for']
  const address = request.socket.remoteAddress ?? ''
  return {
    ...passedOn(request.headers),
    ...trace,
    'x-forwarded-for': before ? `${String(before)}, ${address}` : address,
    'x-forwarded-proto': protocol,
    'x-forwarded-host': host,
    'x-request-id': requestId,
  }
}

function passedOn<Headers extends IncomingHttpHeaders | OutgoingHttpHeaders>(headers: Headers): Partial<Headers> {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(/\s*,\s*/)
  const passed: Partial<Headers> = { ...headers }
  for (const name of [...hopByHop, ...named]) delete passed[name]
  return passed
}

function isStream(body: Buffer | Readable | null): body is Readable {
  return body !== null && !Buffer.isBuffer(body)
}

/** The orchestrator closed a kept connection just as it was used again; nothing was answered on it. */
function isStaleConnection({ code }: ForwardFailure): boolean {
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE'
}

function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
