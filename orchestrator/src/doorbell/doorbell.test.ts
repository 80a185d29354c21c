import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, test, vi } from 'vitest'
import type {} from '../../../tests/system/src/provided-context.ts'
import { type RedisServer, startRedis } from '../../../tests/system/src/services/redis.ts'
import { RedisLink } from '../redis/redis-link.ts'
import type { Doorbell, Ring } from './doorbell.ts'
import { openDoorbell } from './open-doorbell.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function redisReplica(url: string): Promise<Doorbell> {
  const link = new RedisLink({ url, password: null, tls: false }, log)
  const doorbell = openDoorbell(link)
  cleanUps.push(
    () => doorbell.close(),
    () => link.close(),
  )
  await vi.waitFor(() => expect(doorbell.connected()).toBe(true), 5000)
  return doorbell
}

/** Two processes' doorbells; the same one where there is but one process. */
const kinds: [string, () => Promise<[Doorbell, Doorbell]>][] = [
  [
    'in one process',
    async () => {
      const doorbell = openDoorbell(null)
      return [doorbell, doorbell]
    },
  ],
]
const redisUrl = inject('redisUrl')
if (redisUrl !== null) {
  kinds.push(['over Redis', async () => [await redisReplica(redisUrl), await redisReplica(redisUrl)]])
}

function listen(doorbell: Doorbell, runId: string): { rings: Ring[]; stop: () => void } {
  const rings: Ring[] = []
  return { rings, stop: doorbell.listen(runId, (ring) => rings.push(ring)) }
}

/** Rings until it is heard: a subscription takes effect a moment after `listen` has returned. */
async function meet(writer: Doorbell, reader: Doorbell, runId: string) {
  const heard = listen(reader, runId)
  await vi.waitFor(() => {
    writer.ring({ runId, seq: 0 })
    expect(heard.rings.length).toBeGreaterThan(0)
  }, 5000)
  await sleep(50)
  heard.rings.length = 0
  return heard
}

describe.each(kinds)('a doorbell %s', (_, open) => {
  test('is heard by the other side, with the events that fit', async () => {
    const [writer, reader] = await open()
    const runId = randomUUID()
    const { rings } = await meet(writer, reader, runId)
    const ring = { runId, seq: 2, events: [{ seq: 2, payload: '{"text":"\\u0000\\ud800 ü 🙂"}' }] }
    writer.ring(ring)
    await vi.waitFor(() => expect(rings).toEqual([ring]))
  })

  test('rings in the order of the calls', async () => {
    const [writer, reader] = await open()
    const runId = randomUUID()
    const { rings } = await meet(writer, reader, runId)
    for (let seq = 1; seq <= 50; seq++) writer.ring({ runId, seq })
    await vi.waitFor(() => expect(rings.map((ring) => ring.seq)).toEqual(Array.from({ length: 50 }, (__, i) => i + 1)))
  })

  test('is heard only by those who listen for the run, and only while they do', async () => {
    const [writer, reader] = await open()
    const [runId, otherId] = [randomUUID(), randomUUID()]
    const heard = await meet(writer, reader, runId)
    const stays = listen(reader, runId)
    const other = await meet(writer, reader, otherId)
    heard.stop()
    writer.ring({ runId, seq: 1 })
    await vi.waitFor(() => expect(stays.rings).toHaveLength(1))
    stays.stop()
    writer.ring({ runId, seq: 2 })
    writer.ring({ runId: otherId, seq: 3 })
    await vi.waitFor(() => expect(other.rings).toHaveLength(1))
    expect(heard.rings).toEqual([])
    expect(stays.rings).toHaveLength(1)
  })

  test('is heard here before the call returns', async () => {
    const [doorbell] = await open()
    const runId = randomUUID()
    const { rings } = listen(doorbell, runId)
    doorbell.ring({ runId, seq: 7, events: [{ seq: 7, payload: 'x'.repeat(100_000) }] })
    expect(rings.map((ring) => [ring.seq, ring.events?.length])).toEqual([[7, 1]])
    await sleep(100)
    expect(rings).toHaveLength(1)
  })

  test('can be listened to again after it was left', async () => {
    const [writer, reader] = await open()
    const runId = randomUUID()
    const first = await meet(writer, reader, runId)
    first.stop()
    first.stop()
    const second = await meet(writer, reader, runId)
    writer.ring({ runId, seq: 9 })
    await vi.waitFor(() => expect(second.rings.map((ring) => ring.seq)).toEqual([9]))
    expect(first.rings).toEqual([])
  })

  test('is silent when it is closed', async () => {
    const [doorbell] = await open()
    const runId = randomUUID()
    const { rings } = listen(doorbell, runId)
    await doorbell.close()
    doorbell.ring({ runId, seq: 1 })
    expect(rings).toEqual([])
  })
})

describe.skipIf(redisUrl === null)('over Redis', () => {
  test('events that are too large to carry are left out', async () => {
    const [writer, reader] = [await redisReplica(redisUrl!), await redisReplica(redisUrl!)]
    const runId = randomUUID()
    const { rings } = await meet(writer, reader, runId)
    writer.ring({ runId, seq: 5, events: [{ seq: 5, payload: 'x'.repeat(16 * 1024) }] })
    await vi.waitFor(() => expect(rings).toEqual([{ runId, seq: 5 }]))
  })

  test('what is no ring is not heard', async () => {
    const reader = await redisReplica(redisUrl!)
    const runId = randomUUID()
    const { rings } = await meet(await redisReplica(redisUrl!), reader, runId)
    const stranger = new Redis(redisUrl!)
    cleanUps.push(async () => stranger.disconnect())
    const wrong = [
      '',
      '{',
      'null',
      '[]',
      '{"from":"x","seq":"1"}',
      '{"from":"x","seq":-1}',
      `"${'x'.repeat(1_000_000)}"`,
    ]
    for (const message of [...wrong, '{"from":"x","seq":4}']) {
      expect(await stranger.publish(`aia:run:${runId}`, message)).toBe(1)
    }
    await vi.waitFor(() => expect(rings).toEqual([{ runId, seq: 4 }]))
  })

  test('a flood reaches the other side as each run’s newest ring, and holds no more than that', async () => {
    const [writer, reader] = [await redisReplica(redisUrl!), await redisReplica(redisUrl!)]
    const runId = randomUUID()
    const { rings } = await meet(writer, reader, runId)
    for (let seq = 1; seq <= 20_000; seq++) writer.ring({ runId, seq, events: [{ seq, payload: 'x'.repeat(1000) }] })
    await vi.waitFor(() => expect(rings.at(-1)?.seq).toBe(20_000), 5000)
    expect(rings.length).toBeLessThan(1000)
  })
})

const ownRedis = redisUrl === null ? null : await startRedis()
describe.skipIf(ownRedis === null)('with a Redis that fails', () => {
  const server = ownRedis as RedisServer
  afterAll(() => server.stop())

  async function pair() {
    const [writer, reader] = [await redisReplica(server.url), await redisReplica(server.url)]
    const runId = randomUUID()
    return { writer, reader, runId, heard: await meet(writer, reader, runId) }
  }

  /** Rings reach readers in the same process, whatever Redis does. */
  function expectLocal(doorbell: Doorbell) {
    const runId = randomUUID()
    const { rings } = listen(doorbell, runId)
    doorbell.ring({ runId, seq: 1 })
    expect(rings).toHaveLength(1)
  }

  test('killed and started again: the rings arrive again, for the same listener', async () => {
    const { writer, reader, runId, heard } = await pair()
    for (let round = 1; round <= 3; round++) {
      await server.kill()
      await vi.waitFor(() => expect(reader.connected() || writer.connected()).toBe(false), 5000)
      expectLocal(writer)
      await server.restart()
      await vi.waitFor(() => expect(reader.connected() && writer.connected()).toBe(true), 10_000)
      writer.ring({ runId, seq: round })
      await vi.waitFor(() => expect(heard.rings.at(-1)?.seq).toBe(round))
    }
  })

  test('frozen: it counts as away at once, and comes back', async () => {
    const { writer, reader, runId, heard } = await pair()
    process.kill(server.pid, 'SIGSTOP')
    try {
      await vi.waitFor(() => expect(reader.connected() || writer.connected()).toBe(false), 2000)
      for (let seq = 1; seq <= 10_000; seq++) writer.ring({ runId, seq, events: [{ seq, payload: 'x'.repeat(1000) }] })
      expectLocal(writer)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }
    await vi.waitFor(() => expect(reader.connected() && writer.connected()).toBe(true), 10_000)
    heard.rings.length = 0
    writer.ring({ runId, seq: 77 })
    await vi.waitFor(() => expect(heard.rings).toEqual([{ runId, seq: 77 }]))
  })

  test.each([
    ['full', ['maxmemory', '1'], ['maxmemory', '0']],
    ['unable to write', ['min-replicas-to-write', '3'], ['min-replicas-to-write', '0']],
  ] as const)('%s: it counts as away', async (__, [name, value], [, healthy]) => {
    const admin = new Redis(server.url)
    cleanUps.push(async () => admin.disconnect())
    const { reader } = await pair()
    await admin.config('SET', name, value)
    await vi.waitFor(() => expect(reader.connected()).toBe(false), 3000)
    await admin.config('SET', name, healthy)
    await vi.waitFor(() => expect(reader.connected()).toBe(true), 3000)
  })

  test('turned into a replica: it counts as away', async () => {
    const admin = new Redis(server.url)
    cleanUps.push(async () => admin.disconnect())
    const { reader } = await pair()
    await admin.replicaof('127.0.0.1', 1)
    await vi.waitFor(() => expect(reader.connected()).toBe(false), 3000)
    await admin.replicaof('NO', 'ONE')
    await vi.waitFor(() => expect(reader.connected()).toBe(true), 10_000)
  })

  test('that was never there: nothing waits and nothing fails', async () => {
    const link = new RedisLink({ url: 'redis://127.0.0.1:1', password: 'wrong', tls: false }, log)
    const doorbell = openDoorbell(link)
    cleanUps.push(() => link.close())
    expectLocal(doorbell)
    expect(doorbell.connected()).toBe(false)
    expect(await link.ask((redis) => redis.get('x'))).toBeNull()
  })
})
