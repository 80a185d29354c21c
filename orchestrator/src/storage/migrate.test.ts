import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, expect, inject, test } from 'vitest'
import { startPostgres } from '../../../tests/system/src/services/postgres.ts'
import { postgresDatabase, testDatabase } from '../../../tests/system/src/test-database.ts'
import { DatabaseUnavailable } from './errors.ts'
import { migrate, MigrationMismatch, migrationStatus } from './migrate.ts'
import { readMigrations } from './migration-files.ts'
import { openDatabase } from './open-database.ts'
import type { OpenedDatabase } from './pooled-database.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

function logTo(lines: string[]) {
  return {
    debug: () => undefined,
    info: (_: object, line: string) => lines.push(line),
    warn: (_: object, line: string) => lines.push(line),
  }
}
const log = logTo([])

async function opened(): Promise<OpenedDatabase> {
  const db = await openDatabase(await testDatabase(), { log })
  cleanUps.push(() => db.close())
  return db
}

async function files(content: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'))
  cleanUps.push(() => rm(directory, { recursive: true }))
  for (const [name, sql] of Object.entries(content)) await writeFile(join(directory, name), sql)
  return directory
}

function tables(db: OpenedDatabase): Promise<string[]> {
  return db.administer(async (client) => {
    const { rows } = await client.query(
      `select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration' order by 1`,
    )
    return rows.map((row) => row.tablename)
  })
}

test('the product’s own migrations run once, and again change nothing', async () => {
  const db = await opened()
  expect((await migrationStatus(db)).map(({ state }) => state)).toContain('pending')
  const done = await migrate(db, { log })
  expect(done[0]).toBe('0001_foundation.sql')
  expect(await migrate(db, { log })).toEqual([])
  expect((await migrationStatus(db)).every(({ state, appliedAt }) => state === 'applied' && appliedAt !== null)).toBe(
    true,
  )
})

test('of five migrators at once each migration is run by one', async () => {
  const settings = await testDatabase()
  const directory = await files({
    '0001_a.sql': 'create table a (x int); select pg_sleep(0.2)',
    '0002_b.sql': 'create table b (x int)',
  })
  const one = await openDatabase(settings, { log })
  // The embedded database is one process's; there the five share it.
  const rest = await Promise.all(
    [1, 2, 3, 4].map(async () => (settings.kind === 'embedded' ? one : openDatabase(settings, { log }))),
  )
  cleanUps.push(() => Promise.all([...new Set([one, ...rest])].map((db) => db.close())))
  const done = await Promise.all([one, ...rest].map((db) => migrate(db, { log, directory })))
  expect(done.flat().sort()).toEqual(['0001_a.sql', '0002_b.sql'])
  expect(await tables(one)).toEqual(['a', 'b'])
})

test('a migration that fails leaves nothing behind, keeps those before it, and can be mended', async () => {
  const db = await opened()
  const first = { '0001_a.sql': 'create table a (x int)' }
  const broken = await files({ ...first, '0002_b.sql': 'create table b (x int); select 1 / 0' })
  await expect(migrate(db, { log, directory: broken })).rejects.toThrow('0002_b.sql failed: error: division by zero')
  expect(await tables(db)).toEqual(['a'])
  const mended = await files({ ...first, '0002_b.sql': 'create table b (x int)' })
  expect(await migrate(db, { log, directory: mended })).toEqual(['0002_b.sql'])
})

test('a file that was changed after it ran is refused, one with other line ends is not', async () => {
  const db = await opened()
  await migrate(db, { log, directory: await files({ '0001_a.sql': 'create table a (\nx int)\n' }) })
  expect(
    await migrate(db, { log, directory: await files({ '0001_a.sql': 'create table a (\r\nx int)\r\n' }) }),
  ).toEqual([])
  const changed = await files({ '0001_a.sql': 'create table a (y int)', '0002_b.sql': 'create table b (x int)' })
  await expect(migrate(db, { log, directory: changed })).rejects.toThrow(MigrationMismatch)
  await expect(migrationStatus(db, changed)).rejects.toThrow('0001_a.sql was changed')
  expect(await tables(db)).toEqual(['a'])
})

test.each([
  [{ '0002_b.sql': 'select 1' }, 'Migration 1 is missing'],
  [{ '0001_a.sql': 'select 1', '0001_b.sql': 'select 1' }, 'has its number twice'],
  [{ '1_a.sql': 'select 1' }, 'not named like'],
  [{ '0001_a.sql': 'select 1', 'readme.txt': '' }, 'not named like'],
])('files that are no row of migrations are refused: %o', async (content, message) => {
  await expect(readMigrations(await files(content))).rejects.toThrow(message)
})

test('a newer database is fine for older code, unless a migration says otherwise', async () => {
  const db = await opened()
  const older = { '0001_a.sql': 'create table a (x int)' }
  await migrate(db, { log, directory: await files({ ...older, '0002_b.sql': 'create table b (x int)' }) })
  const old = await files(older)
  expect(await migrate(db, { log, directory: old })).toEqual([])
  expect((await migrationStatus(db, old)).map(({ state }) => state)).toEqual(['applied', 'newer'])
  const breaking = { ...older, '0002_b.sql': 'create table b (x int)', '0003_c.sql': '-- incompatible\ndrop table a' }
  await migrate(db, { log, directory: await files(breaking) })
  await expect(migrate(db, { log, directory: old })).rejects.toThrow(
    '0003_c.sql, on which this older version cannot run',
  )
})

const postgresUrl = inject('postgresUrl')

async function onServer(url: string): Promise<OpenedDatabase> {
  const db = await openDatabase({ kind: 'postgres', url, poolSize: 2, maxOverflow: 0 }, { log })
  cleanUps.push(() => db.close())
  return db
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  cleanUps.push(() => client.end())
  return client
}

test.skipIf(postgresUrl === null)('a statement that no transaction may hold runs by itself', async () => {
  const db = await onServer(await postgresDatabase())
  const directory = await files({
    '0001_a.sql': 'create table a (x int)',
    '0002_index.sql': '-- no-transaction\ncreate index concurrently if not exists a_x on a (x)',
  })
  expect(await migrate(db, { log, directory })).toHaveLength(2)
})

test.skipIf(postgresUrl === null)('a table held by others makes a migration step back and try again', async () => {
  const url = await postgresDatabase()
  const db = await onServer(url)
  await migrate(db, { log, directory: await files({ '0001_a.sql': 'create table a (x int)' }) })
  const holder = await connected(url)
  await holder.query('begin; lock table a')
  const lines: string[] = []
  const directory = await files({ '0001_a.sql': 'create table a (x int)', '0002_b.sql': 'alter table a add y int' })
  const work = migrate(db, { log: logTo(lines), directory })
  await expect.poll(() => lines, { timeout: 10_000 }).toContain('a migration was held up by others; trying again')
  await holder.query('commit')
  expect(await work).toEqual(['0002_b.sql'])
})

test.skipIf(postgresUrl === null)(
  'a migrator killed in the middle loses nothing, and the next one goes on',
  async () => {
    const url = await postgresDatabase()
    const directory = await files({
      '0001_a.sql': 'create table a (x int)',
      '0002_b.sql':
        'create table b (x int); select pg_sleep(case when current_setting($$application_name$$) = $$ai-assistant$$ then 0.5 end)',
    })
    const killer = await connected(url)
    const first = migrate(await onServer(url), { log, directory })
    const failure = first.catch((error: unknown) => error)
    let killed = 0
    while (killed === 0) {
      const { rowCount } = await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(case%' and pid <> pg_backend_pid()`,
      )
      killed = rowCount ?? 0
      await sleep(10)
    }
    expect(await failure).toBeInstanceOf(DatabaseUnavailable)
    const db = await onServer(url)
    expect(await tables(db)).toEqual(['a'])
    expect(await migrate(db, { log, directory })).toEqual(['0002_b.sql'])
  },
)

test.skipIf(postgresUrl === null)('a login role that is no superuser can migrate a database of its own', async () => {
  // Roles are the whole server's: on the run's server its superuser has made ours already.
  const server = await startPostgres({ version: 'embedded' })
  if (server === null) throw new Error('There is no PostgreSQL from npm here')
  cleanUps.push(() => server.stop())
  const admin = await connected(server.url)
  await admin.query(`create role plain login createrole password 'p'`)
  await admin.query('create database plain owner plain')
  const url = Object.assign(new URL(server.url), { username: 'plain', password: 'p', pathname: '/plain' }).href
  const db = await onServer(url)
  await migrate(db, { log })
  expect(await db.asSystem((tx) => tx.sql('select current_user as role'))).toEqual([{ role: 'ai_assistant_system' }])
  await db.administer(async (client) => client.query(await readFile('scripts/init.sql', 'utf8')))
})
