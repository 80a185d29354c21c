import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections, which would take one of them at any moment (Linux from 32768 on), and above the last that browsers refuse. */
const [LOWEST, BEYOND] = [11_000, 32_768]
const TRIES = 100

/** A server that asked for one may not listen yet when the next is asked for. */
const given = new Set<number>()

/**
 * A port of the loopback interface that was free a moment ago. For servers that cannot listen on port 0; another process
 * may take it first, so whoever starts a server on it checks that it is their own that answers.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, BEYOND)
    if (given.has(port) || !(await isFree(port)) || given.has(port)) continue
    given.add(port)
    return port
  }
  throw new Error('no port of the loopback interface is free')
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
