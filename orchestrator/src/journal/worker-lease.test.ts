import { expect, onTestFinished, test } from 'vitest'
import { migratedDatabase } from '../../../tests/system/src/test-database.ts'
import type { Database } from '../storage/database.ts'
import { DatabaseUnavailable } from '../storage/errors.ts'
import { openDatabase } from '../storage/open-database.ts'
import { holdWorkerLease, LEASE_SECONDS, type WorkerLease } from './worker-lease.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

interface Held {
  database: Database
  lease: WorkerLease
  told: string[]
  /** Lets so much time go by, as this process sees it. */
  pass: (ms: number) => void
}

async function hold(): Promise<Held> {
  const database = await openDatabase(await migratedDatabase(), { log })
  let now = 0
  const told: string[] = []
  const lease = await holdWorkerLease({
    database,
    name: 'host/stack-1/0.0.0.0:8000',
    log: log as never,
    onLost: () => told.push('lost'),
    onReplaced: () => told.push('replaced'),
    clock: () => now,
  })
  onTestFinished(async () => {
    await lease.release().catch(() => undefined)
    // A test may have closed it already.
    await database.close().catch(() => undefined)
  })
  return { database, lease, told, pass: (ms) => void (now += ms) }
}

async function workers(database: Database): Promise<string[]> {
  const rows = await database.asSystem((tx) => tx.sql<{ id: string }>('select id from worker'))
  return rows.map(({ id }) => id)
}

test('whoever slept beyond its lease begins nothing under it: others have forgotten it', async () => {
  const { database, lease, told, pass } = await hold()
  const before = lease.id()
  await database.asSystem((tx) => tx.sql('delete from worker'))
  pass(LEASE_SECONDS * 1000)
  const ids = await Promise.all([lease.current(), lease.current(), lease.current()])
  expect(new Set(ids)).toEqual(new Set([lease.id()]))
  expect(lease.id()).not.toBe(before)
  expect(await workers(database)).toEqual([lease.id()])
  expect(told).toEqual(['lost', 'replaced'])
})

test('a lease that nobody has taken meanwhile goes on under the same name', async () => {
  const { database, lease, told, pass } = await hold()
  const before = lease.id()
  await database.asSystem((tx) => tx.sql(`update worker set lease_until = now() - interval '1 second'`))
  pass(LEASE_SECONDS * 1000)
  expect(await lease.current()).toBe(before)
  const alive = await database.asSystem((tx) => tx.sql('select from worker where lease_until > clock_timestamp()'))
  expect([alive.length, told]).toEqual([1, []])
})

test('while its last renewal is fresh, nobody is asked', async () => {
  const { database, lease } = await hold()
  const before = lease.id()
  await database.close()
  expect(await lease.current()).toBe(before)
})

test('without its database nothing is begun', async () => {
  const { database, lease, pass } = await hold()
  await database.close()
  pass(LEASE_SECONDS * 1000)
  await expect(lease.current()).rejects.toBeInstanceOf(DatabaseUnavailable)
})

test('whoever begins, or was without the database, gives the others time to say that they live', async () => {
  const { database, lease, pass } = await hold()
  const silent = (seconds: number) =>
    database.asSystem((tx) =>
      tx.sql('update worker set lease_until = now() + make_interval(secs => $1)', [6 - seconds]),
    )
  expect(lease.graceMs()).toBeGreaterThan(0)
  pass(LEASE_SECONDS * 1000)
  expect(lease.graceMs()).toBe(0)
  await silent(2)
  await lease.current()
  expect(lease.graceMs()).toBe(0)
  pass(LEASE_SECONDS * 1000)
  await silent(4)
  await lease.current()
  expect(lease.graceMs()).toBe(2000)
  pass(1500)
  expect(lease.graceMs()).toBe(500)
})
