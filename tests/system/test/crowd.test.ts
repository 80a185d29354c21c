import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerChild } from '../src/product/server-child.ts'
import { type Product, startProduct } from '../src/product/start-product.ts'

/** Three times what Node lets wait by itself. */
const CROWD = 1500
const SOMAXCONN = '/proc/sys/net/core/somaxconn'
const allowed = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, 'utf8')) : 0

let product: Product
beforeAll(async () => {
  product = await startProduct({ tools: 0 })
})
afterAll(() => product.stop())

test.skipIf(allowed < CROWD).each(['orchestrator', 'web'] as const)(
  'nobody of a crowd that comes at once is turned away: %s',
  async (name) => {
    const server = product[name]!
    const sockets: Socket[] = []
    try {
      // While it lets nobody in, the system holds the connections for it; one that finds no room would not be made.
      server.pause()
      await Promise.all(Array.from({ length: CROWD }, () => knock(server, sockets)))
      server.resume()
      const heads = await Promise.all(sockets.map(firstLine))
      expect(new Set(heads)).toEqual(new Set(['HTTP/1.1 200 OK']))
    } finally {
      server.resume()
      for (const socket of sockets) socket.destroy()
    }
  },
)

function knock(server: ServerChild, sockets: Socket[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', resolve)
    socket.once('error', reject)
    socket.write('GET /health HTTP/1.1\r\nhost: crowd\r\nconnection: close\r\n\r\n')
    sockets.push(socket)
  })
}

function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('It was let in, and turned away without a word')))
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString().split('\r\n', 1)[0] ?? ''))
  })
}
