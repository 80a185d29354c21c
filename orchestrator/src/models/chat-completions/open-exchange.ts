import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'

/** One HTTP request and its streamed answer, over undici's `dispatch`: no stream object stands between socket and reader. */
export interface Exchange {
  /** Resolves with the answer's head, or with how it ended before there was one. Never rejects. */
  head: Promise<ExchangeHead | ExchangeEnd>
  /** All bytes that have come since the last call, or how it ended. Never rejects. */
  read(): Promise<Uint8Array[] | ExchangeEnd>
  /** Gives up: the socket is destroyed now. Does nothing after the end. */
  destroy(): void
  /** Stops reading, but lets the connection live if the rest of the answer comes within `ms`. */
  release(ms: number): void
  /** From now on silence ends it after `ms`. */
  expectWithin(ms: number): void
}

export interface ExchangeHead {
  status: number
  headers: IncomingHttpHeaders
}

/** `clean`: HTTP says it is whole · `broken`: connection lost or never made · `stalled`: silence for too long · `aborted`: the caller's wish. */
export interface ExchangeEnd {
  end: 'clean' | 'broken' | 'stalled' | 'aborted'
  error?: Error
}

export interface ExchangeRequest {
  origin: string
  path: string
  headers: Record<string, string>
  /** In memory of its own: a slice of a shared pool would keep all of that for as long as the answer takes. */
  body: Uint8Array
}

export interface ExchangeTimeouts {
  /** From the request to the head of the answer: a local model may read a long prompt for minutes before it says a word. */
  headMs: number
  /** Between two chunks, and from the head to the first. */
  idleMs: number
}

/** The socket is not read on while so much is unread: what one turn of the loop may have to work off, a few milliseconds. */
const mostUnreadBytes = 1 << 18

/** Sends the request. Aborting `signal` destroys the socket. */
export function openExchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  timeouts: ExchangeTimeouts,
  signal: AbortSignal,
): Exchange {
  const exchange = new OpenExchange(timeouts, signal)
  exchange.send(dispatcher, request)
  return exchange
}

class OpenExchange implements Exchange, Dispatcher.DispatchHandler {
  readonly head: Promise<ExchangeHead | ExchangeEnd>
  readonly #resolveHead: (head: ExchangeHead | ExchangeEnd) => void
  readonly #signal: AbortSignal
  readonly #idleMs: number
  #controller: Dispatcher.DispatchController | null = null
  #end: ExchangeEnd | null = null
  #unread: Uint8Array[] = []
  #unreadBytes = 0
  #paused = false
  #released = false
  #wake: (() => void) | null = null
  #timer: NodeJS.Timeout
  readonly #abort = (): void => this.#finish({ end: 'aborted' })

  constructor(timeouts: ExchangeTimeouts, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<ExchangeHead | ExchangeEnd>()
    this.head = promise
    this.#resolveHead = resolve
    this.#signal = signal
    this.#idleMs = timeouts.idleMs
    this.#timer = this.#startTimer(timeouts.headMs)
  }

  send(dispatcher: Dispatcher, request: ExchangeRequest): void {
    if (this.#signal.aborted) return this.#abort()
    this.#signal.addEventListener('abort', this.#abort, { once: true })
    try {
      dispatcher.dispatch({ ...request, method: 'POST', headersTimeout: 0, bodyTimeout: 0 }, this)
    } catch (error) {
      this.#finish({ end: 'broken', error: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while it waited for a connection.
    if (this.#end !== null) controller.abort(new Error(this.#end.end))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Nobody reads them raw, and an answer may take long.
    controller.rawHeaders = null
    if (status < 200) return
    this.expectWithin(this.#idleMs)
    this.#resolveHead({ status, headers })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#released || this.#end !== null) return
    this.#unread.push(chunk)
    this.#unreadBytes += chunk.length
    if (this.#unreadBytes > mostUnreadBytes) {
      this.#paused = true
      controller.pause()
      clearTimeout(this.#timer)
    } else this.#timer.refresh()
    this.#wakeReader()
  }

  onResponseEnd(): void {
    this.#finish({ end: 'clean' })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#finish({ end: 'broken', error })
  }

  async read(): Promise<Uint8Array[] | ExchangeEnd> {
    if (this.#unread.length === 0 && this.#end === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const end = this.#end
    if (end !== null && (end.end === 'aborted' || this.#unread.length === 0)) return end
    const bytes = this.#unread
    this.#unread = []
    this.#unreadBytes = 0
    this.#resume()
    return bytes
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.expectWithin(this.#idleMs)
    this.#controller?.resume()
  }

  destroy(): void {
    if (!this.#released) this.#abort()
  }

  release(ms: number): void {
    this.#released = true
    this.#unread = []
    this.#resume()
    this.expectWithin(ms)
    this.#timer.unref()
  }

  expectWithin(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#end === null) this.#timer = this.#startTimer(ms)
  }

  #startTimer(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#finish({ end: 'stalled' }), ms)
  }

  #finish(how: ExchangeEnd): void {
    if (this.#end !== null) return
    this.#end = how
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#abort)
    this.#resolveHead(how)
    if (how.end !== 'clean') this.#controller?.abort(new Error(how.end))
    this.#wakeReader()
  }

  /** Once for each wait: a promise that is resolved again tells the runtime of it, which costs more than the chunk. */
  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
