import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { countMarks } from './stamp.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
const BODY_END = '0\r\n\r\n'
const TIMEOUT_MS = 60_000

export interface SlotEvents {
  first(milliseconds: number): void
  /** Bytes of an answer, and the tokens they complete. */
  data(bytes: Buffer, tokens: number): void
  /** The answer is over; null where it was whole. */
  ended(error: string | null): void
}

export interface SlotRequest {
  url: URL
  headers: Record<string, string>
  body: string
  /** Tokens a whole answer has. */
  tokens: number
}

/** One connection with one stream after another, on a bare socket: the client must cost less than whatever it measures. */
export class StreamSlot {
  readonly #request: SlotRequest
  readonly #cookieOfNext: () => string | null
  readonly #events: SlotEvents
  #socket: Socket | null = null
  #open = false
  #sentAt = 0
  #head: Buffer | null = null
  #inBody = false
  #marks = 0
  #tail = ''

  /** @param cookieOfNext whose question the next one is, or null where nobody has to be known */
  constructor(request: SlotRequest, cookieOfNext: () => string | null, events: SlotEvents) {
    this.#request = request
    this.#cookieOfNext = cookieOfNext
    this.#events = events
  }

  get open(): boolean {
    return this.#open
  }

  start(): void {
    this.#open = true
    this.#head = null
    this.#inBody = false
    this.#marks = 0
    this.#tail = ''
    if (this.#socket !== null) return this.#send(this.#socket)
    const { hostname, port } = this.#request.url
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket = socket
    socket.on('connect', () => this.#send(socket))
    socket.on('data', (bytes) => this.#take(bytes))
    socket.on('error', (error) => this.#end('code' in error ? String(error.code) : error.message))
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
      this.#end('closed early')
    })
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('timeout')))
  }

  destroy(): void {
    this.#open = false
    this.#socket?.destroy()
    this.#socket = null
  }

  #send(socket: Socket): void {
    const { url, headers, body } = this.#request
    const id = randomUUID()
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replace('{{id}}', id)}\r\n`)
    const cookie = this.#cookieOfNext()
    if (cookie !== null) lines.push(`cookie: ${cookie}\r\n`)
    this.#sentAt = performance.now()
    socket.write(
      `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`,
    )
  }

  #take(bytes: Buffer): void {
    if (!this.#open) return
    const body = this.#inBody ? bytes : this.#takeHead(bytes)
    if (body === null || body.length === 0) return
    const before = this.#marks
    this.#marks += countMarks(body)
    if (before < 2 && this.#marks >= 2) this.#events.first(performance.now() - this.#sentAt)
    this.#events.data(body, (this.#marks >> 1) - (before >> 1))
    this.#tail = (this.#tail + body.toString('latin1', Math.max(0, body.length - BODY_END.length))).slice(
      -BODY_END.length,
    )
    if (this.#tail !== BODY_END) return
    const tokens = this.#marks >> 1
    this.#end(tokens === this.#request.tokens ? null : `${tokens} of ${this.#request.tokens} tokens`)
  }

  /** The bytes after the head, once it is there and says that all is well. */
  #takeHead(bytes: Buffer): Buffer | null {
    const all = this.#head === null ? bytes : Buffer.concat([this.#head, bytes])
    const at = all.indexOf(HEAD_END)
    this.#head = all
    if (at < 0) return null
    const status = all.toString('latin1', 9, 12)
    this.#head = null
    this.#inBody = true
    if (status === '200') return all.subarray(at + HEAD_END.length)
    this.#end(`status ${status}`)
    this.destroy()
    return null
  }

  #end(error: string | null): void {
    if (!this.#open) return
    this.#open = false
    this.#events.ended(error)
  }
}
