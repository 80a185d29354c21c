import { type FinishedSpan, toOtlp } from './to-otlp.ts'
import type { Attributes } from './tracer.ts'

export interface ExporterOptions {
  url: string
  headers: Record<string, string>
  resource: Attributes
  scope: { name: string; version: string }
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void }
  /** Told how many spans were sent, or given up. */
  observe?: (outcome: 'sent' | 'dropped', spans: number) => void
  fetch?: typeof fetch
  delayMs?: number
}

/** Spans that wait at the most: what comes while the collector is slow or away is dropped, never kept. */
const MAX_WAITING = 2048
const MAX_BATCH = 512
const DELAY_MS = 2000
/** For one request to the collector. */
const TIMEOUT_MS = 10_000
/** For the last one, while the process ends. */
const CLOSE_MS = 2000

/** Sends spans in batches, one request at a time. A batch that cannot be delivered is dropped: traces are not worth more. */
export class SpanExporter {
  readonly #options: ExporterOptions
  #waiting: FinishedSpan[] = []
  #timer: NodeJS.Timeout | null = null
  #sending: Promise<void> | null = null
  #healthy = true

  constructor(options: ExporterOptions) {
    this.#options = options
  }

  add(span: FinishedSpan): void {
    if (this.#waiting.length >= MAX_WAITING) return this.#options.observe?.('dropped', 1)
    this.#waiting.push(span)
    if (this.#waiting.length >= MAX_BATCH) this.#send()
    else this.#schedule()
  }

  async close(): Promise<void> {
    this.#send(CLOSE_MS)
    await this.#sending
    if (this.#healthy) this.#send(CLOSE_MS)
    await this.#sending
    clearTimeout(this.#timer ?? undefined)
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#send()
    }, this.#options.delayMs ?? DELAY_MS).unref()
  }

  #send(timeoutMs = TIMEOUT_MS): void {
    if (this.#sending !== null || this.#waiting.length === 0) return
    const batch = this.#waiting.splice(0, MAX_BATCH)
    this.#sending = this.#deliver(batch, timeoutMs).finally(() => {
      this.#sending = null
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  async #deliver(batch: FinishedSpan[], timeoutMs: number): Promise<void> {
    const { url, headers, resource, scope, observe } = this.#options
    try {
      const answer = await (this.#options.fetch ?? fetch)(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(toOtlp(batch, resource, scope)),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`The collector answered ${answer.status}`)
      observe?.('sent', batch.length)
      this.#turn(true, null)
    } catch (error) {
      observe?.('dropped', batch.length)
      this.#turn(false, error)
    }
  }

  /** One line when it breaks, one when it is mended. */
  #turn(healthy: boolean, error: unknown): void {
    if (healthy === this.#healthy) return
    this.#healthy = healthy
    const { log, url } = this.#options
    if (healthy) log.info({}, 'Traces are delivered again')
    else log.warn({ err: error, collector: new URL(url).origin }, 'Traces cannot be delivered, and are dropped')
  }
}
