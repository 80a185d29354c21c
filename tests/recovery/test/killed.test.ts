import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import { fillDatabase } from '../../system/src/recovery/fill-database.ts'
import { migratedDatabase } from '../../system/src/test-database.ts'
import { nameIn, runScript } from '../src/run-script.ts'
import { sumTables } from '../src/sum-tables.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const points = ['opened', 'loaded', 'verified', 'swapping', 'swapped']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-killed-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a restore on PostgreSQL that is killed at any point leaves the live system as it was, and works when it is run again', async () => {
  const settings = await migratedDatabase()
  if (settings.kind !== 'postgres') throw new Error('for PostgreSQL')
  const env = { DATABASE_URL: settings.url, BACKUP_KEY: 'a key of the tests', BACKUP_DIR: join(folder, 'server') }
  await fill(settings)
  const name = nameIn(await runScript('backup.ts', ['--no-verify'], env))
  const backedUp = await sumTables(settings.url)
  await fill(settings)
  const live = await sumTables(settings.url)
  expect(live).not.toEqual(backedUp)
  for (const point of points) {
    const killed = await runScript('restore.ts', [name, '--yes'], { ...env, FAILPOINT: `restore.${point}:kill` })
    expect([point, killed.signal]).toEqual([point, 'SIGKILL'])
    expect([point, await sumTables(settings.url)]).toEqual([point, point === 'swapped' ? backedUp : live])
  }
  const again = await runScript('restore.ts', [name, '--yes'], env)
  expect(again.output).toContain('is live now')
  expect(await sumTables(settings.url)).toEqual(backedUp)
  // What the killed ones left is gone; what was live is kept, and comes back.
  const names = await databases(new URL(settings.url).pathname.slice(1))
  expect(names.filter((one) => one.includes('_restoring_'))).toEqual([])
  const [oldest = ''] = names.filter((one) => one.includes('_before_'))
  const back = await runScript('restore.ts', ['--back', oldest], env)
  expect(back.output).toContain('is live again')
  expect(await sumTables(settings.url)).toEqual(live)
})

test('a restore of an embedded database that is killed at any point leaves one or the other, whole', async () => {
  const directory = join(folder, 'data', 'database')
  const env = { DATA_DIR: join(folder, 'data'), BACKUP_KEY: 'a key of the tests', BACKUP_DIR: join(folder, 'embedded') }
  expect((await runScript('init_db.ts', [], env)).code).toBe(0)
  await fill({ kind: 'embedded', directory })
  const name = nameIn(await runScript('backup.ts', ['--no-verify'], env))
  await fill({ kind: 'embedded', directory })
  for (const point of ['loaded', 'verified', 'swapping']) {
    const killed = await runScript('restore.ts', [name, '--yes'], { ...env, FAILPOINT: `restore.${point}:kill` })
    expect([point, killed.signal]).toEqual([point, 'SIGKILL'])
    // Once the intention is written, whoever opens it next brings it to its end.
    expect([point, await people(directory)]).toEqual([point, point === 'swapping' ? 1 : 2])
  }
  const kept = (await readdir(directory)).filter((one) => one.startsWith('data.before_'))
  expect(kept).toHaveLength(1)
  expect((await runScript('restore.ts', ['--back', kept[0] ?? ''], env)).output).toContain('is live again')
  expect(await people(directory)).toBe(2)
  expect((await runScript('restore.ts', [name, '--yes'], env)).output).toContain('is live now')
  expect(await people(directory)).toBe(1)
  expect((await readdir(join(folder, 'data', 'restoring'))).filter((one) => /^\d/.test(one))).toEqual([])
})

async function fill(settings: Parameters<typeof openDatabase>[0]): Promise<void> {
  const database = await openDatabase(settings, { log })
  await fillDatabase(database, 20)
  await database.close()
}

async function people(directory: string): Promise<unknown> {
  const database = await openDatabase({ kind: 'embedded', directory }, { log })
  const [row] = await database.asSystem((tx) => tx.sql('select count(*) as count from app_user'))
  await database.close()
  return row?.['count']
}

async function databases(prefix: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') ?? '' })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1) order by 1',
    [prefix],
  )
  await client.end()
  return rows.map(({ datname }) => datname)
}
