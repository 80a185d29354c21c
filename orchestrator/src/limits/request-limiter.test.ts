import { Redis } from 'ioredis'
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { type RedisServer, startRedis } from '../../../tests/system/src/services/redis.ts'
import { RedisLink } from '../redis/redis-link.ts'
import { addressKey } from './address-key.ts'
import { createRequestLimiter, type LimitVerdict, type RequestLimiter } from './request-limiter.ts'
import { SecondWindow } from './second-window.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const limitsOf = (limit: number) => ({ read: limit, write: limit, 'sign-in': limit })

function alone(limit: number, replicas = 1) {
  const clock = { ms: 5_000_000 }
  const limiter = createRequestLimiter({
    limits: limitsOf(limit),
    redis: null,
    replicas: () => replicas,
    clock: () => clock.ms,
  })
  return { clock, limiter, count: (who = 'a') => limiter.count('read', who) }
}

async function admittedOf(count: () => Promise<LimitVerdict>, times: number): Promise<number> {
  let admitted = 0
  for (let n = 0; n < times; n++) if ((await count()).admitted) admitted += 1
  return admitted
}

test('a window holds what the last sixty seconds held, and one second more, whatever is counted when', () => {
  const window = new SecondWindow()
  const events: number[] = []
  let now = 1000
  // A generator of our own, so that a failure can be repeated.
  let seed = 7
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let step = 0; step < 5000; step++) {
    now += random(10) === 0 ? random(90) : random(2)
    window.add(now, 1)
    events.push(now)
    const held = events.filter((at) => at >= now - 60)
    expect(window.sum(now)).toBe(held.length)
    const leaving = 1 + random(held.length)
    const until = window.secondsUntilLeft(now, leaving)
    expect(events.filter((at) => at >= now + until - 60 && at <= now).length).toBeLessThanOrEqual(held.length - leaving)
    expect(events.filter((at) => at >= now + until - 61 && at <= now).length).toBeGreaterThan(held.length - leaving)
  }
})

test('in no sixty seconds are more admitted than the limit, at the edge of a minute neither', async () => {
  const { clock, count } = alone(50)
  const admitted: number[] = []
  for (let step = 0; step < 3000; step++) {
    clock.ms += 97
    if ((await count()).admitted) admitted.push(clock.ms)
  }
  for (const from of admitted) {
    expect(admitted.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(50)
  }
  // And not noticeably fewer: 291 seconds, each minute of which is given back within its next second.
  expect(admitted.length).toBeGreaterThanOrEqual(Math.floor(291 / 61) * 50)
})

test('what is told is true: so many are left, and after the seconds told one more fits, not before', async () => {
  const { clock, count } = alone(3)
  expect(await count()).toMatchObject({ admitted: true, remaining: 2 })
  clock.ms += 10_000
  expect(await count()).toMatchObject({ admitted: true, remaining: 1 })
  expect(await count()).toMatchObject({ admitted: true, remaining: 0 })
  const refused = await count()
  expect(refused).toMatchObject({ admitted: false, remaining: 0, seconds: 51 })
  clock.ms += (refused.seconds - 1) * 1000
  expect((await count()).admitted).toBe(false)
  clock.ms += 1000
  expect((await count()).admitted).toBe(true)
  expect((await count()).admitted).toBe(false)
})

test('who is refused uses up nothing, and nobody pays for others', async () => {
  const { count } = alone(2)
  expect(await admittedOf(() => count('a'), 10)).toBe(2)
  expect(await admittedOf(() => count('b'), 10)).toBe(2)
})

test('without Redis each replica grants its share', async () => {
  expect(await admittedOf(alone(60, 3).count, 100)).toBe(20)
  expect(await admittedOf(alone(1, 3).count, 100)).toBe(1)
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

describe.skipIf(inject('redisUrl') === null)('over Redis', () => {
  let server: RedisServer | null
  beforeAll(async () => {
    server = await startRedis()
    return () => server?.stop()
  })

  async function replica(limit: number, replicas = 2): Promise<RequestLimiter> {
    const link = new RedisLink({ url: server?.url ?? '', password: null, tls: false }, log)
    onTestFinished(() => link.close())
    await vi.waitFor(() => expect(link.connected()).toBe(true), 5000)
    return createRequestLimiter({ limits: limitsOf(limit), redis: link, replicas: () => replicas })
  }

  test.each([
    [40, 120],
    [400, 600],
  ])('two replicas together admit exactly %i of %i', async (limit, times) => {
    const replicas = [await replica(limit), await replica(limit)] as const
    const who = crypto.randomUUID()
    const verdicts: LimitVerdict[] = []
    for (let n = 0; n < times; n += 4) {
      verdicts.push(...(await Promise.all([0, 1, 0, 1].map((at) => replicas[at as 0 | 1].count('read', who)))))
    }
    expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(limit)
    const refused = await Promise.all(replicas.map((each) => each.count('read', who)))
    for (const verdict of refused) {
      expect(verdict).toMatchObject({ admitted: false, remaining: 0 })
      expect(verdict.seconds).toBeGreaterThan(0)
      expect(verdict.seconds).toBeLessThanOrEqual(61)
    }
  })

  test('all at once they admit no more than that either', async () => {
    const replicas = [await replica(30), await replica(30), await replica(30)]
    const who = crypto.randomUUID()
    const verdicts = await Promise.all(
      Array.from({ length: 300 }, (_, n) => replicas[n % 3]?.count('sign-in', who) ?? Promise.reject(new Error())),
    )
    expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(30)
  })

  test('a Redis that dies, or forgets everything, gives nobody their limit again', async () => {
    const limit = 60
    const [one, two] = [await replica(limit), await replica(limit)]
    const who = crypto.randomUUID()
    const both = async (times: number): Promise<number> =>
      (await admittedOf(() => one.count('read', who), times)) + (await admittedOf(() => two.count('read', who), times))
    expect(await both(30)).toBe(60)
    const direct = new Redis(server?.url ?? '')
    await direct.flushall()
    direct.disconnect()
    // Each tells Redis anew what it had counted itself.
    expect(await both(100)).toBeLessThanOrEqual(limit / 2)
    await server?.kill()
    // Half of the limit each, of which they have used more than that.
    expect(await both(100)).toBe(0)
    const other = crypto.randomUUID()
    const left = [
      await admittedOf(() => one.count('read', other), 100),
      await admittedOf(() => two.count('read', other), 100),
    ]
    expect(left).toEqual([30, 30])
    await server?.restart()
  })
})
