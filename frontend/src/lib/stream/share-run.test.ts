import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RunEvent } from './run-event.ts'
import { shareRun } from './share-run.ts'
import { answerOf, frame, startRunServer } from './test/run-server.ts'

const parts = answerOf(Array.from({ length: 20 }, (_, index) => `${index} `))
const seqs = parts.map((_, index) => index + 1)

/** One tab: locks and channels of this process stand for those of a browser's tabs. */
function tab(origin: string, runId: string) {
  const stop = new AbortController()
  const events: RunEvent[] = []
  const outcome = shareRun({
    runId,
    origin,
    after: 0,
    signal: stop.signal,
    onEvents: (batch) => events.push(...batch),
    onConnection: () => {},
  })
  return { outcome, close: () => stop.abort(), seqs: () => events.map(({ seq }) => seq) }
}

const slowly = () =>
  startRunServer(async ({ after, response }) => {
    for (const [index, part] of parts.entries()) {
      if (index < after) continue
      response.write(frame(part, index + 1))
      await sleep(15)
    }
    response.end('data: [DONE]\n\n')
  })

test('tabs read one stream, and one that comes later has all of it', async () => {
  await using server = await slowly()
  const run = randomUUID()
  const first = tab(server.origin, run)
  await sleep(100)
  const second = tab(server.origin, run)
  expect(await Promise.all([first.outcome, second.outcome])).toEqual(['finished', 'finished'])
  expect(first.seqs()).toEqual(seqs)
  expect(second.seqs()).toEqual(seqs)
  expect(server.asked).toEqual([0])
})

test('when the tab that reads is closed another goes on after the last event', async () => {
  await using server = await slowly()
  const run = randomUUID()
  const first = tab(server.origin, run)
  await sleep(60)
  const second = tab(server.origin, run)
  await sleep(60)
  first.close()
  expect(await first.outcome).toBe('aborted')
  expect(await second.outcome).toBe('finished')
  expect(second.seqs()).toEqual(seqs)
  expect(server.asked).toHaveLength(2)
})

test('a tab whose leader sleeps reads for itself', async () => {
  await using server = await slowly()
  const run = randomUUID()
  const asleep = Promise.withResolvers<void>()
  const held = navigator.locks.request(`run:${run}`, () => asleep.promise)
  const waiting = tab(server.origin, run)
  expect(await waiting.outcome).toBe('finished')
  expect(waiting.seqs()).toEqual(seqs)
  asleep.resolve()
  await held
})
