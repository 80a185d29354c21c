import type { Duplex } from 'node:stream'
import type { ClientBase } from 'pg'

/** What the driver reads from and writes to, which its types do not show. */
function streamOf(client: ClientBase): Duplex {
  return (client as ClientBase & { connection: { stream: Duplex } }).connection.stream
}

/** Until this turn's microtasks are through, what is sent is gathered, and leaves in one write. */
export function holdBack(client: ClientBase): void {
  const stream = streamOf(client)
  stream.cork()
  process.nextTick(() => stream.uncork())
}

/** Ends the connection on the spot. The driver's own way would wait for the answers to what it has sent. */
export function cut(client: ClientBase): void {
  streamOf(client).destroy()
}
