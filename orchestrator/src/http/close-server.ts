import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** Connections that are still answering after this are cut. */
const PATIENCE_MS = 5000

/**
 * Prepares a server to be closed without delay: the function returned stops listening and waits for the answers under way.
 * Connections kept alive are closed as they fall idle, and those a browser opened ahead of need at once: Node would wait
 * for their first request.
 */
export function prepareClosing(app: FastifyInstance): () => Promise<void> {
  const unused = new Set<Socket>()
  app.server.on('connection', (socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', (request) => unused.delete(request.socket))
  return async () => {
    const sweep = setInterval(() => app.server.closeIdleConnections(), 25)
    const cut = setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS)
    for (const socket of unused) socket.destroy()
    await app.close()
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
