import { Duplex } from 'node:stream'
import type { EmbeddedServer } from './embedded-server.ts'

const TERMINATE = 0x58
/** PostgreSQL protocol 3.0: AuthenticationOk, then ReadyForQuery (idle). */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])

/** Looks like a socket to the driver and carries the wire protocol to the thread of the embedded database. */
export class WireStream extends Duplex {
  #server: EmbeddedServer
  #welcomed = false

  constructor(server: EmbeddedServer) {
    super({ allowHalfOpen: false })
    this.#server = server
  }

  connect(): this {
    this.#server.request({ kind: 'reset' }).then(
      () => this.emit('connect'),
      (error: Error) => this.destroy(error),
    )
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#carry([chunk], done)
  }

  /** The driver corks what belongs together (parse, bind, describe, execute, sync): one trip to the thread. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#carry(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  #carry(chunks: Buffer[], done: (error?: Error) => void): void {
    // The first message is the startup packet: who we are and which database, of which there is one.
    if (!this.#welcomed) {
      this.#welcomed = true
      this.push(WELCOME)
      return done()
    }
    const bytes = joined(chunks.filter((chunk) => chunk[0] !== TERMINATE))
    done()
    if (bytes.length === 0) return
    this.#server.request({ kind: 'bytes', bytes }, [bytes.buffer]).then(
      (answer) => {
        if (!this.destroyed && !this.readableEnded) this.push(answer)
      },
      (error: Error) => this.destroy(error),
    )
  }
}

/** A copy in memory of its own, which can be handed over to the thread. */
function joined(chunks: Buffer[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
