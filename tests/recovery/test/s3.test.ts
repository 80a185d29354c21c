import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openS3Store } from '../../../orchestrator/src/backup/s3-store.ts'
import { openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import { fillDatabase } from '../../system/src/recovery/fill-database.ts'
import { migratedDatabase } from '../../system/src/test-database.ts'
import { nameIn, runScript } from '../src/run-script.ts'
import { type S3Simulator, s3Credentials, startS3Simulator } from '../src/s3-simulator.ts'
import { sumTables } from '../src/sum-tables.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
let s3: S3Simulator
let folder: string

beforeAll(async () => {
  s3 = await startS3Simulator()
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-s3-'))
})
afterAll(async () => {
  await s3.close()
  await rm(folder, { recursive: true, force: true })
})

test('backups go to a bucket, expire there, and come back from it alone', async () => {
  const settings = await migratedDatabase()
  if (settings.kind !== 'postgres') throw new Error('for PostgreSQL')
  const database = await openDatabase(settings, { log })
  await fillDatabase(database, 50)
  await database.close()
  const env = {
    DATABASE_URL: settings.url,
    DATA_DIR: folder,
    BACKUP_KEY: 'a key of the tests',
    BACKUP_BUCKET: 'backups/of the team',
    BACKUP_RETENTION_COUNT: '2',
    S3_ENDPOINT: s3.url,
    S3_REGION: s3Credentials.region,
    S3_ACCESS_KEY_ID: s3Credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
  }
  const names = []
  for (let times = 0; times < 3; times++) names.push(nameIn(await runScript('backup.ts', [], env)))
  const kept = [...new Set([...s3.objects.keys()].map((key) => key.split('/')[2]))]
  expect(new Set(kept)).toEqual(new Set(names.slice(1)))
  const before = await sumTables(settings.url)
  // A store that is busy is asked again.
  s3.fail(503, 2)
  const listed = await runScript('restore.ts', [], env)
  expect(listed.output).toContain('s3://backups/of the team/')
  for (const name of kept) expect(listed.output).toContain(name)
  expect((await runScript('restore.ts', ['latest', '--yes'], env)).output).toContain('is live now')
  expect(await sumTables(settings.url)).toEqual(before)

  const wrong = await runScript('backup.ts', [], { ...env, S3_SECRET_ACCESS_KEY: 'wrong' })
  expect(wrong.code).toBe(1)
  expect(wrong.output).toContain('the store answered 403 (SignatureDoesNotMatch)')
})

test('a bucket is listed by pages, read within bounds and emptied of a backup', async () => {
  const store = openS3Store({ ...s3Credentials, endpoint: s3.url, bucket: 'b', prefix: '' })
  const name = 'ai_assistant_20260331_020000_abcdef'
  await store.write(name, 'part-00001', Buffer.from('one'))
  await store.write(name, 'manifest', Buffer.from('two'))
  expect(await store.list()).toEqual([
    {
      name,
      files: new Map([
        ['manifest', 3],
        ['part-00001', 3],
      ]),
    },
  ])
  await expect(store.read(name, 'part-00001', 2)).rejects.toThrow('part-00001: is longer than')
  expect(await store.read(name, 'part-00002', 2)).toBeNull()
  await store.remove(name)
  expect(await store.list()).toEqual([])
  await store.close()
})
