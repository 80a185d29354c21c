import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DamagedBackup } from '../../../orchestrator/src/backup/backup-error.ts'
import { openDirectoryStore } from '../../../orchestrator/src/backup/directory-store.ts'
import type { KeyRing } from '../../../orchestrator/src/backup/keys.ts'
import { openBackup, readChunks } from '../../../orchestrator/src/backup/read-backup.ts'
import { restoreBackup } from '../../../orchestrator/src/backup/restore-backup.ts'
import { writeBackup } from '../../../orchestrator/src/backup/write-backup.ts'
import { type DatabaseSettings, openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import { addOldEvents, fillDatabase } from '../../system/src/recovery/fill-database.ts'
import { migratedDatabase } from '../../system/src/test-database.ts'
import { damages, type Victim } from '../src/damage.ts'
import { sumTables } from '../src/sum-tables.ts'

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const keys: KeyRing = [{ name: 'BACKUP_KEY', value: 'a key of the tests' }]
const count = Number(process.env['DAMAGED_BACKUPS'] ?? 50)
let folder: string
let settings: DatabaseSettings & { kind: 'postgres' }
let good: string
let older: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ai-assistant-damaged-'))
  const made = await migratedDatabase()
  if (made.kind !== 'postgres') throw new Error('for PostgreSQL')
  settings = made
  const database = await openDatabase(settings, { log })
  const store = openDirectoryStore(join(folder, 'store'))
  const backUp = () =>
    database.administer((client) =>
      writeBackup(client, {
        store,
        keys,
        secretKey: null,
        version: '1',
        kind: 'postgres',
        progress: () => undefined,
        partBytes: 4000,
      }),
    )
  await fillDatabase(database, 300)
  await addOldEvents(database)
  older = join(folder, 'store', (await backUp()).name)
  await fillDatabase(database, 300)
  const { name, parts } = await backUp()
  good = join(folder, 'store', name)
  if (parts.length < 4) throw new Error('Too few parts to damage')
  await database.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test(
  `${count} backups, damaged in ${damages.length} ways, are all refused with the damaged part named, and nothing else is touched`,
  {
    timeout: 3_600_000,
  },
  async () => {
    const live = await sumTables(settings.url)
    const outside = await readdir(tmpdir())
    const unnoticed: string[] = []
    for (let seed = 0; seed < count; seed++) {
      const damage = damages[seed % damages.length]
      if (damage === undefined) continue
      const place = join(folder, `damaged-${seed}`)
      const victim: Victim = { folder: join(place, basename(good)), older, keys, random: randomFrom(seed) }
      await cp(good, victim.folder, { recursive: true })
      const part = await damage.apply(victim)
      // Each way goes through a whole restore once, and then now and again; the others are read to their end.
      const whole = damage.needsLoading === true || seed < damages.length || seed % 50 === 0
      const failure = await attempt(place, whole).then(
        () => null,
        (error: unknown) => error,
      )
      if (!(failure instanceof DamagedBackup) || failure.part !== part || !failure.message.startsWith(`${part}: `)) {
        unnoticed.push(`${seed} (${damage.name}): ${part} was not named but ${String(failure)}`)
      }
      await rm(place, { recursive: true })
    }
    expect(unnoticed).toEqual([])
    expect(await sumTables(settings.url)).toEqual(live)
    expect((await readdir(tmpdir())).filter((name) => !outside.includes(name) && name.startsWith('part-'))).toEqual([])
    // And the good one is still good.
    await attempt(join(folder, 'store'), false)
  },
)

async function attempt(place: string, whole: boolean): Promise<void> {
  const store = openDirectoryStore(place)
  const name = basename(good)
  const progress = () => undefined
  if (whole) {
    await restoreBackup({ settings, store, keys, name, dryRun: true, log, progress })
    return
  }
  for await (const _chunk of readChunks(store, await openBackup(store, name, keys), progress)) continue
}

/** Small, and the same everywhere (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 0x9e3779b9
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}
