import { connect, type AddressInfo, type Socket } from 'node:net'
import fastify from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type EventSink, Follower } from '../journal/follower.ts'
import type { EventPage } from '../journal/read-events.ts'
import { streamRun } from './event-stream.ts'

const HEARTBEAT_MS = 50

/** A server of one endless answer, whose journal always has more. */
async function endlessAnswer(options: { beforeMs?: number } = {}) {
  const followers = new Set<Follower>()
  const readers = {
    follow: (runId: string, after: number, sink: EventSink) => {
      const read = async (_: string, from: number): Promise<EventPage> => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        const payload = 'x'.repeat(1000)
        return { events: Array.from({ length: 500 }, (__, index) => ({ seq: from + index + 1, payload })), more: true }
      }
      const follower = new Follower({
        runId,
        after,
        read,
        sink: { ...sink, end: () => (followers.delete(follower), sink.end()) },
      })
      followers.add(follower)
      follower.catchUp()
      return follower
    },
  }
  const app = fastify()
  const handled = { begun: 0, ended: 0 }
  app.get('/', async (_, reply) => {
    handled.begun += 1
    await new Promise((resolve) => setTimeout(resolve, options.beforeMs ?? 0))
    await streamRun(reply, readers, { runId: 'run', after: 0 }, HEARTBEAT_MS)
    handled.ended += 1
    return reply
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  return { followers, handled, socket }
}

function ask(socket: Socket, method = 'GET'): void {
  socket.write(`${method} / HTTP/1.1\r\nhost: x\r\n\r\n`)
}

test('a reader that stops reading without going is let go, and one that reads on is not', async () => {
  const stuck = await endlessAnswer()
  const lively = await endlessAnswer()
  lively.socket.on('data', () => undefined)
  stuck.socket.pause()
  ask(stuck.socket)
  ask(lively.socket)
  await vi.waitFor(() => expect(stuck.handled).toEqual({ begun: 1, ended: 1 }), 5000)
  expect(stuck.followers.size).toBe(0)
  expect(lively.handled).toEqual({ begun: 1, ended: 0 })
})

test('a reader that went before its answer was found leaves nothing behind', async () => {
  const { followers, handled, socket } = await endlessAnswer({ beforeMs: 100 })
  ask(socket)
  await vi.waitFor(() => expect(handled.begun).toBe(1))
  socket.destroy()
  await vi.waitFor(() => expect(handled.ended).toBe(1), 5000)
  expect(followers.size).toBe(0)
})

test('whoever asks for the headers alone gets them and no reader', async () => {
  const { followers, handled, socket } = await endlessAnswer()
  const seen: string[] = []
  socket.on('data', (bytes) => seen.push(bytes.toString()))
  ask(socket, 'HEAD')
  await vi.waitFor(() => expect(handled).toEqual({ begun: 1, ended: 1 }), 5000)
  expect(seen.join('')).toContain('text/event-stream')
  expect(followers.size).toBe(0)
})
