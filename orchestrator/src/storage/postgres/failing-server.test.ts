import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../tests/system/src/services/postgres.ts'
import { postgresDatabase } from '../../../../tests/system/src/test-database.ts'
import { CommitUnknown, DatabaseUnavailable } from '../errors.ts'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open-database.ts'
import { createPooledDatabase, type OpenedDatabase } from '../pooled-database.ts'
import { createSession } from '../statement-session.ts'
import { openPool } from './open-pool.ts'
import { OwnConnection } from './session-connection.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A migrated database with a table `t` that the system may write. */
async function prepared(url: string): Promise<string> {
  const db = await openDatabase({ kind: 'postgres', url, poolSize: 1, maxOverflow: 0 }, { log })
  await migrate(db, { log })
  await db.administer((client) =>
    client.query('create table t (id uuid primary key); grant all on t to ai_assistant_system'),
  )
  await db.close()
  return url
}

async function opened(url: string, poolSize = 2, maxOverflow = 1): Promise<OpenedDatabase> {
  const db = await openDatabase({ kind: 'postgres', url, poolSize, maxOverflow }, { log })
  cleanUps.push(() => db.close())
  return db
}

/** With a deadline that a test can wait for. */
function impatient(url: string, deadlineMs: number): OpenedDatabase {
  const pool = openPool(url, { kept: 2, atOnce: 2, most: 2 }, log)
  cleanUps.push(() => pool.end())
  return createPooledDatabase({
    kind: 'postgres',
    pool,
    administration: pool,
    deadlineMs,
    clean: () => '',
    settings: '',
    openSession: () => createSession(new OwnConnection(url, log), deadlineMs),
    close: () => pool.end(),
  })
}

const INSERT = 'insert into t values ($1)'

async function has(url: string, id: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rowCount } = await client.query('select from t where id = $1', [id])
  await client.end()
  return rowCount === 1
}

/** Ends the server's side of every other connection to this database, as an operator or a failover would. */
async function terminateAll(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await client.end()
}

interface Proxy {
  url: string
  /** What happens from now on to the statement that holds these words, and to all after it on its connection. */
  rule: { words: string; fate: 'cut-before' | 'cut-after' | 'swallow' } | null
}

/** Stands between driver and server and spoils what it is told to. */
async function proxyTo(url: string): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const proxy: Proxy = { url: '', rule: null }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    const both = [client, upstream]
    let deaf = false
    const end = () => both.forEach((socket) => socket.destroy())
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    upstream.on('data', (bytes) => deaf || client.write(bytes))
    client.on('data', (bytes) => {
      const hit = proxy.rule !== null && bytes.includes(proxy.rule.words)
      if (hit && proxy.rule?.fate === 'cut-before') return end()
      deaf ||= hit
      upstream.write(bytes)
      // The server has done what it was asked when its answer arrives, which nobody gets to see.
      if (hit && proxy.rule?.fate === 'cut-after') upstream.once('data', end)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  proxy.url = Object.assign(new URL(url), { port: String((server.address() as AddressInfo).port) }).href
  return proxy
}

describe.skipIf(inject('postgresUrl') === null)('connections that are lost', () => {
  let url = ''
  beforeAll(async () => {
    url = await prepared(await postgresDatabase())
  })

  test('idle ones are replaced unnoticed', async () => {
    const db = await opened(url, 3, 0)
    for (let round = 0; round < 5; round++) {
      await Promise.all([1, 2, 3].map(() => db.asSystem((tx) => tx.sql('select pg_sleep(0.02)'))))
      await terminateAll(url)
      if (round % 2 === 0) await db.check()
      expect(await db.asSystem((tx) => tx.sql('select 1 as one'))).toEqual([{ one: 1 }])
    }
  })

  test('in the middle of a transaction nothing stands, and the next one works', async () => {
    const db = await opened(url)
    const id = randomUUID()
    const work = db.asSystem(async (tx) => {
      await tx.sql(INSERT, [id])
      await terminateAll(url)
      await tx.sql('select 1')
    })
    await expect(work).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(await has(url, id)).toBe(false)
    await db.asSystem((tx) => tx.sql(INSERT, [id]))
    expect(await has(url, id)).toBe(true)
  })

  test('between the last statement and the commit, the work is not reported as done', async () => {
    const db = await opened(url)
    const id = randomUUID()
    const work = db.asSystem(async (tx) => {
      await tx.sql(INSERT, [id])
      await terminateAll(url)
    })
    // Known to be lost, or found out by the commit: both are honest, and nothing stands.
    const error = await work.catch((failure: unknown) => failure)
    expect(error instanceof DatabaseUnavailable || error instanceof CommitUnknown).toBe(true)
    expect(await has(url, id)).toBe(false)
  })

  test.each([
    ['cut-after', 'behind what was waited for', true],
    ['cut-before', 'behind what was waited for', false],
    ['cut-after', 'in the one trip that all of it takes', true],
    ['cut-before', 'in the one trip that all of it takes', false],
  ] as const)('while committing (%s) %s, the outcome is told to be unknown', async (fate, place, stands) => {
    const proxy = await proxyTo(url)
    const db = await opened(proxy.url)
    const id = randomUUID()
    let runs = 0
    await db.check()
    proxy.rule = { words: 'commit\0', fate }
    const work = db.asSystem(async (tx) => {
      runs++
      tx.send({ text: INSERT, values: [id], name: 'insert' })
      if (place === 'behind what was waited for') await tx.sql('select 1')
    })
    await expect(work).rejects.toBeInstanceOf(CommitUnknown)
    proxy.rule = null
    expect(runs).toBe(1)
    expect(await has(url, id)).toBe(stands)
    await db.check()
  })

  test('work of one trip that the server refuses to begin is done on another connection', async () => {
    const db = await opened(url, 3, 0)
    for (let round = 0; round < 5; round++) {
      await Promise.all([1, 2, 3].map(() => db.asSystem((tx) => tx.sql('select pg_sleep(0.02)'))))
      await terminateAll(url)
      const id = randomUUID()
      await db.asSystem(async (tx) => tx.send({ text: INSERT, values: [id], name: 'insert' }))
      expect(await has(url, id)).toBe(true)
    }
  })

  test('a server that answers nothing is given up', async () => {
    const proxy = await proxyTo(url)
    const db = impatient(proxy.url, 200)
    const id = randomUUID()
    await db.check()
    proxy.rule = { words: 'insert into t', fate: 'swallow' }
    await expect(db.asSystem((tx) => tx.sql(INSERT, [id]))).rejects.toBeInstanceOf(DatabaseUnavailable)
    proxy.rule = { words: 'commit\0', fate: 'swallow' }
    await expect(db.asSystem((tx) => tx.sql(INSERT, [id]))).rejects.toBeInstanceOf(CommitUnknown)
    // On a connection that is just being made.
    proxy.rule = { words: 'synchronous_commit', fate: 'swallow' }
    await expect(db.check()).rejects.toBeInstanceOf(DatabaseUnavailable)
    proxy.rule = null
    await db.check()
  })

  test('a session tells what may have been done from what was not, and goes on', async () => {
    const proxy = await proxyTo(url)
    const db = await opened(proxy.url)
    const session = db.openSession()
    cleanUps.push(() => session.close())
    const [done, undone, later] = [randomUUID(), randomUUID(), randomUUID()]
    const insert = (id: string) => session.query({ name: 'insert', text: INSERT, values: [id] })
    await insert(randomUUID())
    proxy.rule = { words: done, fate: 'cut-after' }
    await expect(insert(done)).rejects.toBeInstanceOf(CommitUnknown)
    expect(await has(url, done)).toBe(true)
    proxy.rule = { words: 'set role', fate: 'cut-before' }
    await expect(insert(undone)).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(await has(url, undone)).toBe(false)
    proxy.rule = null
    await insert(later)
    await terminateAll(url)
    await vi.waitFor(() => insert(randomUUID()), 3000)
  })

  test('a database that takes no writes fails the check and the writers', async () => {
    const name = new URL(url).pathname.slice(1)
    const db = await opened(url)
    const id = randomUUID()
    await db.administer((client) => client.query(`alter database ${name} set default_transaction_read_only = on`))
    await terminateAll(url)
    await expect(db.check()).rejects.toBeInstanceOf(DatabaseUnavailable)
    await expect(db.asSystem((tx) => tx.sql(INSERT, [id]))).rejects.toBeInstanceOf(DatabaseUnavailable)
    await db.administer((client) =>
      client.query(`set transaction_read_only = off; alter database ${name} set default_transaction_read_only = off`),
    )
    // The connection that was read-only is not kept: this one is new.
    await db.asSystem((tx) => tx.sql(INSERT, [id]))
    await db.check()
  })
})

test.skipIf(inject('postgresUrl') === null)(
  'the pool opens what may overflow, keeps its size, and refuses in time',
  async () => {
    const db = await opened(await prepared(await postgresDatabase()), 1, 1)
    let free = () => undefined as void
    const until = new Promise<void>((resolve) => (free = resolve))
    const busy = [1, 2].map(() => db.asSystem(() => until))
    await vi.waitFor(() => expect(db.stats()).toEqual({ open: 2, idle: 0, waiting: 0 }))
    const refused = db.asSystem(async () => 1)
    expect(db.stats().waiting).toBe(1)
    await expect(refused).rejects.toBeInstanceOf(DatabaseUnavailable)
    free()
    await Promise.all(busy)
    await vi.waitFor(() => expect(db.stats()).toEqual({ open: 1, idle: 1, waiting: 0 }), 30_000)
  },
)

const own: PostgresServer | null =
  inject('postgresUrl') === null ? null : await startPostgres({ version: 'embedded', fsync: true })

async function insertUntilFailure(insert: () => Promise<void>): Promise<unknown> {
  for (;;) {
    try {
      await insert()
    } catch (error) {
      return error
    }
  }
}

describe.skipIf(own === null)('a server that crashes', () => {
  const server = own as PostgresServer
  afterAll(() => server.stop())

  test('comes back with everything that was committed, to the same pool and session', async () => {
    const url = await prepared(await server.createDatabase())
    const db = await opened(url)
    const session = db.openSession()
    cleanUps.push(() => session.close())
    const acknowledged: string[] = []
    const insert = async (id: string) => {
      await session.query({ name: 'insert', text: INSERT, values: [id] })
      acknowledged.push(id)
    }
    for (let round = 0; round < 3; round++) {
      // A backend may outlive its server by a moment; what it says it has done stands all the same.
      const failed = insertUntilFailure(() => insert(randomUUID()))
      await server.kill()
      const error = await failed
      expect(error instanceof DatabaseUnavailable || error instanceof CommitUnknown).toBe(true)
      await expect(db.asSystem(async (tx) => tx.sql('select 1'))).rejects.toBeInstanceOf(DatabaseUnavailable)
      await expect(db.check()).rejects.toBeInstanceOf(DatabaseUnavailable)
      await server.restart()
      await vi.waitFor(() => db.check(), 10_000)
      await vi.waitFor(() => insert(randomUUID()), 10_000)
    }
    const rows = await db.asSystem((tx) => tx.sql<{ id: string }>('select id from t'))
    const found = new Set(rows.map(({ id }) => id))
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
  })
})
