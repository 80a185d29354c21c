import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { migratedDatabase } from '../../../tests/system/src/test-database.ts'
import { newId } from '../lib/new-id.ts'
import type { Database } from '../storage/database.ts'
import { openDatabase } from '../storage/open-database.ts'
import { declareOthersDead, type Successor, takeOverRuns } from './take-over.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

async function open(): Promise<Database> {
  const database = await openDatabase(await migratedDatabase(), { log })
  onTestFinished(() => database.close())
  return database
}

async function addWorker(database: Database, name: string, leaseSeconds: number): Promise<Successor> {
  const id = newId()
  await database.asSystem((tx) =>
    tx.sql(`insert into worker (id, name, lease_until) values ($1, $2, now() + make_interval(secs => $3))`, [
      id,
      name,
      leaseSeconds,
    ]),
  )
  return { id, name, believes: true }
}

/** Answers of one worker, each in a conversation of its own. */
async function addRuns(database: Database, workerId: string, count: number): Promise<void> {
  const owner = randomUUID()
  await database.asSystem(async (tx) => {
    await tx.sql(`insert into app_user (id, name, role) values ($1, 'Ada', 'member')`, [owner])
    const ids = Array.from({ length: count }, () => newId())
    await tx.sql(`insert into conversation (id, owner_id) select unnest($1::uuid[]), $2`, [ids, owner])
    await tx.sql(
      `insert into run (id, owner_id, conversation_id, message_id, kind, state, worker_id)
       select id, $2, id, id, 'submit', 'running', $3 from unnest($1::uuid[]) id`,
      [ids, owner, workerId],
    )
  })
}

test('the only worker left takes a thousand lost answers at once', async () => {
  const database = await open()
  const dead = await addWorker(database, 'dead', -1)
  const me = await addWorker(database, 'me', 60)
  await addRuns(database, dead.id, 1000)
  const { runs: taken } = await takeOverRuns(database, me)
  expect(taken).toHaveLength(1000)
  expect(taken.every(({ epoch, deaths }) => epoch === 2 && deaths === 1)).toBe(true)
})

test('workers share what was lost, and leave nothing', async () => {
  const database = await open()
  const dead = await addWorker(database, 'dead', -1)
  const workers = [await addWorker(database, 'one', 60), await addWorker(database, 'two', 60)]
  await addRuns(database, dead.id, 400)
  const taken = new Map(workers.map(({ id }) => [id, 0]))
  for (let look = 0; look < 6; look++) {
    for (const me of workers) {
      const { runs: more } = await takeOverRuns(database, me)
      taken.set(me.id, (taken.get(me.id) ?? 0) + more.length)
    }
  }
  const counts = [...taken.values()]
  expect(counts.reduce((sum, count) => sum + count)).toBe(400)
  expect(Math.min(...counts)).toBeGreaterThan(100)
})

test('an answer of a worker that lives is left alone, whatever it is called, unless it is a former life of this one', async () => {
  const database = await open()
  const former = await addWorker(database, 'host/stack-1/0.0.0.0:8000', 60)
  const neighbour = await addWorker(database, 'host/stack-2/0.0.0.0:8000', 60)
  await addRuns(database, former.id, 2)
  await addRuns(database, neighbour.id, 3)
  const me = await addWorker(database, 'host/stack-1/0.0.0.0:8000', 60)
  expect((await takeOverRuns(database, me)).runs).toHaveLength(2)
  expect((await takeOverRuns(database, me)).runs).toHaveLength(0)
})

test('whoever was without the database itself leaves the answers of those whose lease has run out', async () => {
  const database = await open()
  const me = { ...(await addWorker(database, 'me', 60)), believes: false }
  const silent = await addWorker(database, 'silent', -1)
  await addRuns(database, silent.id, 1)
  const idle = await addWorker(database, 'idle', -1)
  const former = await addWorker(database, 'me', 60)
  await addRuns(database, former.id, 2)
  await addRuns(database, newId(), 3)
  expect((await takeOverRuns(database, me)).runs).toHaveLength(5)
  const known = await database.asSystem((tx) => tx.sql<{ id: string }>('select id from worker order by id'))
  expect(known.map(({ id }) => id)).toEqual([me.id, silent.id, idle.id])
  await declareOthersDead(database, me.id)
  expect((await takeOverRuns(database, me)).runs).toHaveLength(1)
})

test('whoever slept beyond its own lease takes nothing before it has renewed it', async () => {
  const database = await open()
  const me = await addWorker(database, 'me', -1)
  await addRuns(database, newId(), 3)
  expect((await takeOverRuns(database, me)).runs).toHaveLength(0)
  await database.asSystem((tx) => tx.sql(`update worker set lease_until = now() + interval '6 seconds'`))
  expect((await takeOverRuns(database, me)).runs).toHaveLength(3)
})

test('whoever looks hears when the next worker is lost, if it does not renew its lease', async () => {
  const database = await open()
  const me = await addWorker(database, 'me', 2)
  expect((await takeOverRuns(database, me)).nextLossMs).toBeNull()
  await addWorker(database, 'dead', -1)
  await addWorker(database, 'well', 60)
  const silent = await addWorker(database, 'silent', 6)
  await addRuns(database, silent.id, 1)
  const { runs, nextLossMs } = await takeOverRuns(database, me)
  expect(runs).toHaveLength(0)
  expect(nextLossMs).toBeGreaterThan(0)
  expect(nextLossMs).toBeLessThanOrEqual(6000)
})
