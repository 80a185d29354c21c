import type { Duplex } from 'node:stream'
import type { ClientBase } from 'pg'

/** What the driver reads from and writes to, which its types do not show. */
function streamOf(client: ClientBase): Duplex {
  return (client as ClientBase & { connection: { stream: Duplex } }).connection.stream
}

/** Until this turn's microtasks are through, what is sent is gathered, and leaves in one write. */
export function holdBack(client: ClientBase): void {
  const stream = streamOf(client)
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  process.nextTick(letGo, stream)
}

const held = new WeakSet<Duplex>()

function letGo(stream: Duplex): void {
  held.delete(stream)
  stream.uncork()
}

/** Ends the connection on the spot. The driver's own way would wait for the answers to what it has sent. */
export function cut(client: ClientBase): void {
  streamOf(client).destroy()
}

/**
 * From here on each statement waits for the one before, as those that are not rows must: `copy` shares its trip with nobody.
 * Nothing may be under way. Returns the way back.
 */
export function leavePipeline(client: ClientBase): () => void {
  Object.assign(client, { pipeline: false })
  return () => void Object.assign(client, { pipeline: true })
}
