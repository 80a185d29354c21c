import type { StreamPart } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import { followRun } from './follow-run.ts'
import type { RunEvent } from './run-event.ts'
import { answerOf, frame, startRunServer } from './test/run-server.ts'

const parts = answerOf(['a', 'b', 'c', 'd', 'e'])
const seqs = parts.map((_, index) => index + 1)
const frames = (from: number, to = parts.length) =>
  parts
    .map((part, index) => frame(part, index + 1))
    .slice(from, to)
    .join('')

async function follow(origin: string, after = 0, signal = new AbortController().signal) {
  const events: RunEvent[] = []
  const connection: string[] = []
  const outcome = await followRun({
    runId: 'r',
    after,
    signal,
    origin,
    onEvents: (batch) => events.push(...batch),
    onConnection: (state) => connection.push(state),
  })
  return { outcome, seqs: events.flatMap(({ seq }) => (seq === null ? [] : [seq])), events, connection }
}

test('a run is read to its end', async () => {
  await using server = await startRunServer(({ response }) => void response.end(`${frames(0)}data: [DONE]\n\n`))
  expect(await follow(server.origin)).toMatchObject({ outcome: 'finished', seqs, connection: ['connected'] })
})

test('a connection that breaks after every event costs none and repeats none', async () => {
  await using server = await startRunServer(({ after, response }) => {
    response.write(frames(after, after + 1), () => response.destroy())
  })
  const read = await follow(server.origin)
  expect(read).toMatchObject({ outcome: 'finished', seqs })
  expect(read.connection).toContain('lost')
  expect(server.asked).toEqual([...new Set(server.asked)])
})

test('what a server repeats is passed on once', async () => {
  await using server = await startRunServer(({ request, response }) => {
    if (request === 1) response.write(frames(0, 4), () => response.destroy())
    else response.end(frames(1))
  })
  expect((await follow(server.origin)).seqs).toEqual(seqs)
})

test('a server that hands over is left at once, without a word about a lost connection', async () => {
  const move: StreamPart = { type: 'data-move', transient: true, data: { after: 3 } }
  await using server = await startRunServer(({ request, after, response }) => {
    response.end(request === 1 ? frames(0, 3) + frame(move) : frames(after))
  })
  const read = await follow(server.origin)
  expect(read).toMatchObject({ outcome: 'finished', seqs, connection: ['connected', 'connected'] })
  expect(server.asked).toEqual([0, 3])
})

test('a stream that is closed before the end is asked for again', async () => {
  await using server = await startRunServer(({ request, after, response }) => {
    response.end(request < 3 ? `${frames(after, after + 2)}data: [DONE]\n\n` : frames(after))
  })
  expect(await follow(server.origin)).toMatchObject({ outcome: 'finished', seqs })
})

test('a server that is away for a while is asked until it is back', async () => {
  await using server = await startRunServer(({ request, response }) => {
    if (request > 3) response.end(frames(0))
    else response.writeHead(request === 1 ? 503 : 502).end()
  })
  expect(await follow(server.origin)).toMatchObject({ outcome: 'finished', seqs })
})

test.each([204, 401, 404])('an answer of %i ends the reading', async (status) => {
  await using server = await startRunServer(({ response }) => void response.writeHead(status).end())
  expect(await follow(server.origin)).toMatchObject({ outcome: 'gone', seqs: [] })
})

test('a reader that is told to stop lets go of its connection', async () => {
  const stop = new AbortController()
  let closed: Promise<void> | undefined
  await using server = await startRunServer(({ response }) => {
    closed = new Promise((resolve) => response.on('close', () => resolve()))
    response.write(frames(0, 2), () => stop.abort())
  })
  expect((await follow(server.origin, 0, stop.signal)).outcome).toBe('aborted')
  await closed
})
