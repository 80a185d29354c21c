import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { CommitUnknown, DatabaseUnavailable } from '../errors.ts'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open-database.ts'
import type { OpenedDatabase } from '../pooled-database.ts'
import { DirectoryInUse } from './directory-lock.ts'
import { EmbeddedServer } from './embedded-server.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
/** Programs start slowly on a busy machine, in milliseconds. */
const WAIT = 60_000
vi.setConfig({ testTimeout: 3 * WAIT, hookTimeout: WAIT })

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A database as its first start leaves it, made once and copied: making one takes seconds. */
const template = await mkdtemp(join(tmpdir(), 'embedded-template-'))
beforeAll(async () => {
  const db = await openDatabase({ kind: 'embedded', directory: template }, { log })
  await db.close()
})
afterAll(() => rm(template, { recursive: true, force: true }))

async function emptyDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'embedded-'))
  cleanUps.push(() => rm(parent, { recursive: true, force: true }))
  return join(parent, 'deep', 'database')
}

async function newDirectory(): Promise<string> {
  const directory = await emptyDirectory()
  await cp(template, directory, { recursive: true })
  return directory
}

async function opened(directory: string, steps: string[] = []): Promise<OpenedDatabase> {
  const db = await openDatabase({ kind: 'embedded', directory }, { log, progress: (step) => steps.push(step) })
  cleanUps.push(() => db.close())
  return db
}

interface Other {
  process: ChildProcess
  lines: string[]
  /** Its exit code, or the signal that ended it. */
  ended: Promise<unknown>
}

const modules = new URL('../', import.meta.url)

/** Another process, in which `db()` opens the directory. */
function inOtherProcess(directory: string, code: string): Other {
  const source = `
    const { openDatabase } = await import(${JSON.stringify(new URL('open-database.ts', modules).href)})
    const { migrate } = await import(${JSON.stringify(new URL('migrate.ts', modules).href)})
    const log = { debug() {}, info() {}, warn() {} }
    const db = () => openDatabase({ kind: 'embedded', directory: ${JSON.stringify(directory)} }, { log })
    ${code}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.push(line))
  const ended = once(child, 'close').then(([exit, signal]) => exit ?? signal)
  cleanUps.push(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { process: child, lines, ended }
}

function ids(db: OpenedDatabase): Promise<number[]> {
  return db.administer(async (client) => (await client.query('select n from t order by n')).rows.map((row) => row.n))
}

test('a second process is refused with one line that names the first, and let in when that one is killed', async () => {
  const directory = await newDirectory()
  const holder = inOtherProcess(directory, `await db(); console.log('open'); setInterval(() => {}, 1000)`)
  await vi.waitFor(() => expect(holder.lines).toContain('open'), WAIT)
  const error = await opened(directory).catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(DirectoryInUse)
  const { message } = error as Error
  expect(message).toContain(`${directory} is in use by process ${holder.process.pid} `)
  expect(message).toContain('DATA_DIR')
  expect(message).not.toContain('\n')
  holder.process.kill('SIGKILL')
  expect(await holder.ended).toBe('SIGKILL')
  const db = await opened(directory)
  await db.check()
})

test('the same process is refused a second time, and let in after it has closed', async () => {
  const directory = await emptyDirectory()
  const steps: string[] = []
  const first = await opened(directory, steps)
  await expect(opened(directory)).rejects.toBeInstanceOf(DirectoryInUse)
  await first.check()
  await first.close()
  cleanUps.pop()
  await opened(directory, steps)
  expect(steps).toEqual(['create', 'open'])
})

test('of several that start at once exactly one has the directory', async () => {
  const directory = await newDirectory()
  const code = `await db().then(() => { console.log('mine'); setInterval(() => {}, 1000) }, (e) => console.log(e.name))`
  const others = [1, 2, 3, 4].map(() => inOtherProcess(directory, code))
  await vi.waitFor(() => expect(others.every(({ lines }) => lines.length > 0)).toBe(true), WAIT)
  expect(others.flatMap(({ lines }) => lines).sort()).toEqual([
    'DirectoryInUse',
    'DirectoryInUse',
    'DirectoryInUse',
    'mine',
  ])
})

test('killed in the middle of writing it keeps every commit that was acknowledged, again and again', async () => {
  const directory = await newDirectory()
  const acknowledged = new Set<number>()
  for (let round = 1; round <= 3; round++) {
    const writer = inOtherProcess(
      directory,
      `const it = await db()
       await migrate(it, { log })
       await it.administer((c) => c.query('create table if not exists t (n int primary key, filler text); grant all on t to ai_assistant_system'))
       const session = it.openSession()
       for (let n = ${round * 100_000}; ; n++) {
         if (n % 2) await it.asSystem((tx) => tx.sql('insert into t values ($1, repeat($2, 3000))', [n, 'x'], 'tx'))
         else await session.query({ name: 'session', text: 'insert into t values ($1, repeat($2, 3000))', values: [n, 'x'] })
         console.log(n)
       }`,
    )
    await vi.waitFor(() => expect(writer.lines.length).toBeGreaterThan(100 * round), WAIT)
    writer.process.kill('SIGKILL')
    await writer.ended
    for (const line of writer.lines) acknowledged.add(Number(line))
  }
  const db = await opened(directory)
  const found = new Set(await ids(db))
  expect([...acknowledged].filter((n) => !found.has(n))).toEqual([])
  // What was under way at each kill may stand as well, and nothing else.
  expect(found.size - acknowledged.size).toBeLessThanOrEqual(3)
})

test('killed while it is created it is created anew', async () => {
  const directory = await emptyDirectory()
  for (const patience of [300, 900]) {
    const creator = inOtherProcess(directory, `console.log('start'); await db(); console.log('open')`)
    await vi.waitFor(() => expect(creator.lines).toContain('start'), WAIT)
    await sleep(patience)
    creator.process.kill('SIGKILL')
    await creator.ended
  }
  const db = await opened(directory)
  expect(await migrate(db, { log })).not.toEqual([])
})

test('a process that has closed it ends by itself', async () => {
  const directory = await newDirectory()
  const other = inOtherProcess(
    directory,
    `const it = await db(); await it.check(); const s = it.openSession(); await it.close(); await s.close(); console.log('closed')`,
  )
  expect(await other.ended).toBe(0)
  expect(other.lines).toEqual(['closed'])
})

test('a thread that dies fails what was under way, and is started again by what comes next', async () => {
  const created = once(process, 'worker') as Promise<[Worker]>
  const db = await opened(await newDirectory())
  await db.administer((client) => client.query('create table t (n int); insert into t values (1)'))
  const [thread] = await created
  const slow = db.administer((client) => client.query('select count(*) from generate_series(1, 100000000)'))
  const failed = slow.catch((error: unknown) => error)
  const waits = db.administer((client) => client.query('select n from t'))
  await thread.terminate()
  expect(String(await failed)).toContain('Connection terminated')
  expect((await waits).rows).toEqual([{ n: 1 }])
  await db.check()
})

test('an answer that PostgreSQL did not finish ends the thread', async () => {
  const server = new EmbeddedServer(await newDirectory(), log, () => undefined)
  cleanUps.push(() => server.close())
  // The message Flush alone: no answer to it is ever complete.
  const flush = new Uint8Array([0x48, 0, 0, 0, 4])
  await expect(server.request({ kind: 'bytes', bytes: flush })).rejects.toThrow('stopped in the middle')
  expect((await server.request({ kind: 'reset' })).at(-6)).toBe(0x5a)
})

test('a connection that comes after another finds nothing of it', async () => {
  const directory = await newDirectory()
  const db = await opened(directory)
  const lost = db.administer(async (client) => {
    await client.query('create table t (n int)')
    await client.query('begin; set search_path = nowhere; create temporary table leftover (n int)')
    await client.query({ name: 'left', text: 'select 1' })
    throw new CommitUnknown('as if the connection were lost')
  })
  await expect(lost).rejects.toBeInstanceOf(CommitUnknown)
  await db.administer(async (client) => {
    const { rows } = await client.query(
      `select to_regclass('leftover') as leftover, current_setting('search_path') as path, now() = statement_timestamp() as fresh,
        (select count(*) from pg_prepared_statements where name = 'left') as prepared`,
    )
    expect(rows).toEqual([{ leftover: null, path: 'public', fresh: true, prepared: 0 }])
  })
})

test('work that waits for nothing is one trip to the thread, also where it fails, and behind an operator', async () => {
  const db = await opened(await newDirectory())
  await migrate(db, { log })
  await db.administer((client) =>
    client.query('create table t (n int primary key); grant all on t to ai_assistant_system'),
  )
  const trips = vi.spyOn(EmbeddedServer.prototype, 'request')
  cleanUps.push(async () => trips.mockRestore())
  const insert = (...numbers: number[]) =>
    db.asSystem(async (tx) => {
      for (const n of numbers) tx.send({ text: 'insert into t values ($1)', values: [n], name: 'insert' })
    })
  await insert(1, 2, 3)
  expect(trips).toHaveBeenCalledTimes(1)
  await expect(insert(4, 3, 5)).rejects.toMatchObject({ code: '23505' })
  await insert(6)
  expect(await db.asSystem((tx) => tx.sql('select array_agg(n order by n) as all from t'))).toEqual([
    { all: [1, 2, 3, 6] },
  ])
})

test('a query that takes long does not stall this process', async () => {
  const db = await opened(await newDirectory())
  let ticks = 0
  const ticking = setInterval(() => ticks++, 10)
  const rows = await db.administer((client) =>
    client.query('select count(*) from generate_series(1, 3000000) a where a % 7 = 3'),
  )
  clearInterval(ticking)
  expect(rows.rows).toEqual([{ count: 428_572 }])
  expect(ticks).toBeGreaterThan(5)
})

test('what kept it from starting is told', async () => {
  const server = new EmbeddedServer('/dev/null/database', log, () => undefined)
  await expect(server.start()).rejects.toThrow(/ENOTDIR|not a directory/)
  await server.close()
  await expect(server.start()).rejects.toThrow('closing')
})

test('it is not there after it was closed', async () => {
  const db = await opened(await newDirectory())
  await db.close()
  cleanUps.pop()
  await expect(db.asSystem(async () => 1)).rejects.toBeInstanceOf(DatabaseUnavailable)
})
