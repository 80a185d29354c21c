import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  StreamableHTTPClientTransport,
  type AuthProvider,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type OAuthClientProvider,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/client'
import { limitBody } from './limit-body.ts'
import type { HttpReach } from './server-spec.ts'

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

export interface HttpTransportOptions {
  reach: HttpReach
  fetch: Fetch
  /** With one, its authorization servers are reached too, without our headers. */
  authProvider?: AuthProvider | OAuthClientProvider
  /** Of a whole answer, or of one event on a stream that stays open. */
  maxBytes: number
}

/** Why a request got no answer, as `data.reason` of the error that stands in for it. */
export type LostReason = 'cut' | 'unanswered' | 'too-large'

/** JSON-RPC leaves this range to implementations. It never travels: it stands for an answer that did not come. */
export const lostAnswerCode = -32_050

/** How long a stream whose answer has come may stay open. */
const lingerMs = 1000

/**
 * Streamable HTTP with what the SDK's transport leaves open. A request whose response ends without its answer fails at
 * once and not at its timeout; a cancelled one closes its stream in every era; answers are bounded in memory; and our
 * headers go to the configured origin alone.
 */
export class HttpTransport implements Transport {
  readonly hasPerRequestStream = true
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: JSONRPCMessage, extra?: MessageExtraInfo) => void) | undefined
  readonly #inner: StreamableHTTPClientTransport
  readonly #options: HttpTransportOptions
  readonly #open = new Map<RequestId, AbortController>()
  readonly #lost = new Map<RequestId, LostReason>()

  constructor(options: HttpTransportOptions) {
    this.#options = options
    this.#inner = new StreamableHTTPClientTransport(options.reach.url, {
      fetch: (url, init) => this.#fetch(url, init),
      ...(options.authProvider === undefined ? {} : { authProvider: options.authProvider }),
      reconnectionOptions: {
        initialReconnectionDelay: 500,
        maxReconnectionDelay: 10_000,
        reconnectionDelayGrowFactor: 2,
        maxRetries: 4,
      },
    })
    this.#inner.onclose = () => this.onclose?.()
    this.#inner.onerror = (error) => this.onerror?.(error)
    this.#inner.onmessage = (message: JSONRPCMessage) => {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#settle(message.id)
      this.onmessage?.(message)
    }
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  /** The transport beneath, for the end of an OAuth sign-in. */
  get inner(): StreamableHTTPClientTransport {
    return this.#inner
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version)
  }

  start(): Promise<void> {
    return this.#inner.start()
  }

  async close(): Promise<void> {
    await this.#inner.close()
  }

  /** Tells a server of the session eras that its session is over. */
  async endSession(): Promise<void> {
    await this.#inner.terminateSession()
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isJSONRPCRequest(message)) return this.#sendRequest(message, options)
    try {
      await this.#inner.send(message, innerOptions(options))
    } finally {
      if (isJSONRPCNotification(message)) this.#closeCancelled(message)
    }
  }

  async #sendRequest(message: JSONRPCMessage & { id: RequestId }, options?: TransportSendOptions): Promise<void> {
    const { id } = message
    const controller = new AbortController()
    this.#open.set(id, controller)
    const signals = [controller.signal, ...(options?.requestSignal === undefined ? [] : [options.requestSignal])]
    try {
      await this.#inner.send(message, {
        ...innerOptions(options),
        requestSignal: AbortSignal.any(signals),
        onRequestStreamEnd: () => {
          options?.onRequestStreamEnd?.()
          this.#failUnanswered(id, 'cut')
        },
      })
    } catch (error) {
      this.#open.delete(id)
      this.#lost.delete(id)
      throw error
    }
    if (this.#lost.has(id)) this.#failUnanswered(id, 'unanswered')
  }

  #closeCancelled(message: { method: string; params?: Record<string, unknown> | undefined }): void {
    if (message.method !== 'notifications/cancelled') return
    const id = message.params?.['requestId'] as RequestId
    this.#open.get(id)?.abort()
    this.#open.delete(id)
  }

  #settle(id: RequestId | undefined): void {
    if (id === undefined) return
    const controller = this.#open.get(id)
    this.#open.delete(id)
    if (controller !== undefined) setTimeout(() => controller.abort(), lingerMs).unref()
  }

  #failUnanswered(id: RequestId, reason: LostReason): void {
    const known = this.#lost.get(id)
    this.#lost.delete(id)
    if (!this.#open.delete(id)) return
    const error = { code: lostAnswerCode, message: 'The answer was lost', data: { reason: known ?? reason } }
    this.onmessage?.({ jsonrpc: '2.0', id, error })
  }

  async #fetch(url: string | URL, init?: RequestInit): Promise<Response> {
    const { reach, fetch, authProvider, maxBytes } = this.#options
    const target = new URL(url)
    const atHome = target.origin === reach.url.origin
    if (!atHome && authProvider === undefined) throw new Error(`${target.origin} is not ${reach.url.origin}: not asked`)
    const headers = new Headers(init?.headers)
    if (atHome) for (const [name, value] of Object.entries(reach.headers)) headers.set(name, value)
    const request = target.href === reach.url.href ? requestOf(init) : undefined
    const response = await fetch(target, { ...init, headers })
    const streaming = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    // A JSON body is the whole answer: once the SDK has read it, a request still open was not answered by it.
    if (request !== undefined && response.ok && !streaming) this.#lost.set(request.id, 'unanswered')
    return limitBody(response, {
      bytes: maxBytes,
      scope: streaming && (request === undefined || request.method === 'subscriptions/listen') ? 'event' : 'response',
      onTooLarge: () => {
        if (request !== undefined) this.#lost.set(request.id, 'too-large')
      },
    })
  }
}

type InnerSendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>

function innerOptions(options: TransportSendOptions = {}): InnerSendOptions {
  const { resumptionToken, onresumptiontoken, headers } = options
  return {
    ...(resumptionToken === undefined ? {} : { resumptionToken }),
    ...(onresumptiontoken === undefined ? {} : { onresumptiontoken }),
    ...(headers === undefined ? {} : { headers }),
  }
}

function requestOf(init: RequestInit | undefined): { id: RequestId; method: string } | undefined {
  if (init?.method !== 'POST' || typeof init.body !== 'string') return undefined
  const message: unknown = JSON.parse(init.body)
  return isJSONRPCRequest(message) ? { id: message.id, method: message.method } : undefined
}
