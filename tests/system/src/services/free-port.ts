import { createServer } from 'node:net'

/**
 * A port of the loopback interface that was free a moment ago. For servers that cannot listen on port 0; another process
 * may take it first, so whoever starts a server on it checks that it is their own that answers.
 */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
