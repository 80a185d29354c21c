import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addOldEvents, fillDatabase } from '../../../tests/system/src/recovery/fill-database.ts'
import { migratedDatabase, testDatabase } from '../../../tests/system/src/test-database.ts'
import { type DatabaseSettings, openDatabase } from '../storage/open-database.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { buildSearchIndexes, searchIndexes } from '../storage/search-indexes.ts'
import { insertBackupRun, readBackupState } from './backup-runs.ts'
import { openDirectoryStore } from './directory-store.ts'
import type { KeyRing } from './keys.ts'
import { listBackups } from './list-backups.ts'
import { loadBackup } from './load-backup.ts'
import { makeBackup, type MakeBackupOptions } from './make-backup.ts'
import { openBackup, readChunks } from './read-backup.ts'
import { readRules } from './read-catalogue.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const keys: KeyRing = [{ name: 'BACKUP_KEY', value: 'a key of the tests' }]
const opened: OpenedDatabase[] = []
let folder: string
let settings: DatabaseSettings
let good: Awaited<ReturnType<typeof backUp>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-backup-'))
  settings = await migratedDatabase()
  const database = await openDatabase(settings, { log })
  await fillDatabase(database, 300)
  await addOldEvents(database)
  await database.close()
  good = await backUp()
})
afterAll(async () => {
  for (const database of opened) await database.close()
  await rm(folder, { recursive: true })
})

async function backUp(more: Partial<MakeBackupOptions> = {}) {
  const options: MakeBackupOptions = {
    settings,
    stores: [openDirectoryStore(join(folder, 'backups'))],
    keys,
    secretKey: 'the key of the installation',
    version: '1.2.3',
    verify: false,
    kept: { days: 30, count: null },
    log,
    progress: () => undefined,
    ...more,
  }
  const made = await makeBackup(options)
  return { ...made, store: options.stores[0] }
}

test(
  'a backup is proven by a restore before it counts, with every row of every table, and copied',
  { timeout: 120_000 },
  async () => {
    const second = openDirectoryStore(join(folder, 'second'))
    const phases = new Set<string>()
    const first = openDirectoryStore(join(folder, 'backups'))
    const { run, failure } = await backUp({
      verify: true,
      stores: [first, second],
      progress: (phase) => void phases.add(phase),
    })
    expect(failure).toBeNull()
    expect(run).toMatchObject({ state: 'succeeded', verified: true, error: null })
    expect([...phases]).toEqual(['read', 'load', 'verify', 'rules', 'copy'])
    for (const store of [first, second]) {
      const listed = (await listBackups(store, keys)).find(({ name }) => name === run.name)
      expect(listed).toMatchObject({ name: run.name, state: 'whole', version: '1.2.3', verifiedAt: expect.any(String) })
    }
    const { manifest } = await openBackup(first, run.name ?? '', keys)
    const counts = Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows]))
    expect(counts).toMatchObject({ app_user: 1, session: 1, conversation: 300, message: 600, run_event: 50 })
    expect(Object.keys(counts)).not.toContain('schema_migration')
  },
)

test('what a backup holds is a moment: people go on writing, and no answer is there without its question', async () => {
  // Of the embedded one, what is read is a copy that stands still.
  if (settings.kind === 'embedded') return
  const source = await openDatabase(settings, { log })
  opened.push(source)
  let writing = true
  const writers = [1, 2].map(async () => {
    while (writing) await fillDatabase(source, 1)
  })
  const { run, store } = await backUp()
  writing = false
  await Promise.all(writers)
  const target = await openDatabase(await testDatabase(), { log })
  opened.push(target)
  const backup = await openBackup(store, run.name ?? '', keys)
  await loadBackup(target, { store, backup, searchLater: true, log, progress: () => undefined })
  const rows = await target.asSystem((tx) =>
    tx.sql(`select (select count(*) from conversation) * 2 = (select count(*) from message) as whole,
      exists (select from pg_class where relname = 'run_event_20000101' and relrowsecurity) as partition`),
  )
  expect(rows).toEqual([{ whole: true, partition: true }])
  // What search alone needs is built afterwards, by whoever comes first, and once.
  const built = await Promise.all([buildSearchIndexes(target), buildSearchIndexes(target)])
  expect(built.flat().toSorted()).toEqual(searchIndexes.map(({ name }) => name))
  expect(await target.administer(readRules)).toEqual(await source.administer(readRules))
  expect(await buildSearchIndexes(target)).toEqual([])
})

test.each([
  [
    'a changed byte',
    'part-00001',
    (bytes: Buffer) => Buffer.from(bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1)),
  ],
  ['a part that was cut off', 'part-00001', (bytes: Buffer) => bytes.subarray(0, -1)],
  [
    'a changed manifest',
    'manifest',
    (bytes: Buffer) => Buffer.from(bytes.toString().replace('"version":"1.2.3"', '"version":"1.2.4"')),
  ],
])('%s is refused by its name', async (_what, file, damage) => {
  const { run, store } = good
  const path = join(folder, 'backups', run.name ?? '', file)
  const whole = await readFile(path)
  await writeFile(path, damage(whole))
  const read = async () => {
    for await (const _chunk of readChunks(store, await openBackup(store, run.name ?? '', keys), () => undefined))
      continue
  }
  await expect(read()).rejects.toMatchObject({ name: 'DamagedBackup', part: file })
  await writeFile(path, whole)
  await read()
})

test('another key is told apart from damage', async () => {
  const { run, store } = good
  const other: KeyRing = [{ name: 'SECRET_KEY', value: 'another' }]
  await expect(openBackup(store, run.name ?? '', other)).rejects.toThrow(/^manifest: is under the key [0-9a-f]{16}/)
  const turned: KeyRing = [...other, ...keys]
  expect((await openBackup(store, run.name ?? '', turned)).manifest.name).toBe(run.name)
})

test('nothing readable is on the disk: no word of a message, no title', async () => {
  const { run } = good
  const files = await readdir(join(folder, 'backups', run.name ?? ''))
  for (const file of files) {
    const bytes = await readFile(join(folder, 'backups', run.name ?? '', file))
    expect(bytes.includes('drop table')).toBe(false)
  }
})

test('a failed backup is an outcome with its reason, and the metrics know both', async () => {
  const nowhere = openDirectoryStore(join(folder, 'backups'))
  const broken = { ...nowhere, write: () => Promise.reject(new Error('the disk is full')) }
  const { run } = await backUp({ stores: [broken] })
  expect(run).toMatchObject({ state: 'failed', verified: false, error: expect.stringContaining('the disk is full') })
  const database = await openDatabase(await migratedDatabase(), { log })
  opened.push(database)
  expect(await readBackupState(database)).toEqual({
    lastSuccess: 0,
    lastVerified: 0,
    lastSeconds: 0,
    lastBytes: 0,
    failures: 0,
  })
  await insertBackupRun(database, run)
  const cutAt = '2026-03-31T02:00:00.000Z'
  await insertBackupRun(database, {
    ...run,
    state: 'succeeded',
    verified: true,
    error: null,
    bytes: 5,
    durationMs: 1500,
    cutAt,
  })
  expect(await readBackupState(database)).toEqual({
    lastSuccess: Date.parse(cutAt) / 1000,
    lastVerified: expect.any(Number),
    lastSeconds: 1.5,
    lastBytes: 5,
    failures: 1,
  })
})

test('a table that row-level security would hide rows of is not left out in silence', async () => {
  if (settings.kind === 'embedded') return
  const own = await migratedDatabase()
  const admin = await openDatabase(own, { log })
  opened.push(admin)
  const role = `login_${randomUUID().slice(0, 8)}`
  await admin.administer(async (client) => {
    await client.query(`create role ${role} login password 'of-the-role'; grant ai_assistant_system to ${role}`)
    await client.query(`do $$ declare t record; begin
      for t in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I owner to ${role}', t.tablename); end loop; end $$`)
    await client.query(`create table hidden (id integer); alter table hidden owner to ${role};
      alter table hidden enable row level security; alter table hidden force row level security`)
  })
  const url = Object.assign(new URL(own.kind === 'postgres' ? own.url : ''), {
    username: role,
    password: 'of-the-role',
  })
  const asRole: DatabaseSettings = { kind: 'postgres', url: url.href, poolSize: 1, maxOverflow: 1 }
  const refused = await backUp({ settings: asRole })
  expect(refused.run.error).toContain('hidden cannot be read whole')
  await admin.administer((client) => client.query('drop table hidden'))
  const { run } = await backUp({ settings: asRole })
  expect(run).toMatchObject({ state: 'succeeded', error: null })
})
