import { rm } from 'node:fs/promises'
import { type DatabaseSettings, openDatabase } from '../storage/open-database.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import type { BackupRun } from './backup-runs.ts'
import { chooseExpired } from './choose-expired.ts'
import type { KeyRing } from './keys.ts'
import { listBackups, markVerified } from './list-backups.ts'
import { loadBackup, type LoadProgress } from './load-backup.ts'
import { MANIFEST, type Manifest, MAX_MANIFEST_BYTES } from './manifest.ts'
import { openBackup } from './read-backup.ts'
import type { BackupStore } from './store.ts'
import { takeSnapshot } from './take-snapshot.ts'
import { openWorkbench } from './workbench.ts'
import { writeBackup } from './write-backup.ts'

export interface MakeBackupOptions {
  settings: DatabaseSettings
  /** The first is written to and read back; the others get copies. */
  stores: [BackupStore, ...BackupStore[]]
  keys: KeyRing
  secretKey: string | null
  version: string
  /** Whether it is restored into a database of its own and compared (true unless somebody is in a hurry). */
  verify: boolean
  kept: { days: number; count: number | null }
  log: StorageLog
  progress: (phase: 'read' | 'copy' | Parameters<LoadProgress>[0], done: number, total: number) => void
}

export interface MadeBackup {
  /** For the record, whatever became of it. */
  run: BackupRun
  removed: string[]
  /** What it failed with. */
  failure: unknown
}

/** Backs up, proves it, copies it and removes what has expired. Does not throw: a failure is an outcome, too. */
export async function makeBackup(options: MakeBackupOptions): Promise<MadeBackup> {
  const began = performance.now()
  const run: BackupRun = {
    name: null,
    state: 'failed',
    verified: false,
    error: null,
    bytes: 0,
    durationMs: 0,
    cutAt: null,
  }
  const made: MadeBackup = { run, removed: [], failure: null }
  try {
    const manifest = await write(options)
    run.name = manifest.name
    run.cutAt = manifest.cutAt
    run.bytes = manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0)
    if (options.verify) await verify(options, manifest.name)
    run.verified = options.verify
    await copyToOthers(options, manifest)
    made.removed = await removeExpired(options)
    run.state = 'succeeded'
  } catch (error) {
    made.failure = error
    run.error = String(error).slice(0, 2000)
  }
  run.durationMs = Math.round(performance.now() - began)
  return made
}

async function write(options: MakeBackupOptions): Promise<Manifest> {
  const { settings, stores, keys, secretKey, version, log } = options
  const [store] = stores
  const progress = (_table: string, done: number, total: number): void => options.progress('read', done, total)
  const writeFrom = async (source: DatabaseSettings): Promise<Manifest> => {
    const database = await openDatabase(source, { log })
    try {
      const { kind } = database
      return await database.administer((client) =>
        writeBackup(client, { store, keys, secretKey, version, kind, progress }),
      )
    } finally {
      await database.close()
    }
  }
  if (settings.kind === 'postgres') return writeFrom({ ...settings, poolSize: 0, maxOverflow: 1 })
  const directory = await takeSnapshot(settings.directory)
  try {
    return await writeFrom({ kind: 'embedded', directory })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function verify({ settings, stores, keys, log, progress }: MakeBackupOptions, name: string): Promise<void> {
  const [store] = stores
  const backup = await openBackup(store, name, keys)
  const bench = await openWorkbench(settings, 'checking', log)
  try {
    // They hold nothing that could be lost, and take longer than all the rest.
    await loadBackup(bench.database, { store, backup, searchLater: true, log, progress })
  } finally {
    await bench.discard()
  }
  await markVerified(store, name)
}

/** File by file, the manifest last. */
async function copyToOthers(
  { stores, progress, verify: verified }: MakeBackupOptions,
  manifest: Manifest,
): Promise<void> {
  const [store, ...others] = stores
  const { name, parts } = manifest
  const files = [
    ...parts.map((part) => ({ file: part.name, most: part.bytes })),
    { file: MANIFEST, most: MAX_MANIFEST_BYTES },
  ]
  for (const other of others) {
    for (const [at, { file, most }] of files.entries()) {
      const bytes = await store.read(name, file, most)
      if (bytes === null) throw new Error(`${file} of ${name} is gone from ${store.where}`)
      await other.write(name, file, bytes)
      progress('copy', at + 1, files.length)
    }
    if (verified) await markVerified(other, name)
  }
}

async function removeExpired({ stores, keys, kept }: MakeBackupOptions): Promise<string[]> {
  const removed: string[] = []
  for (const store of stores) {
    const expired = chooseExpired(await listBackups(store, keys), { ...kept, now: new Date() })
    for (const name of expired) {
      await store.remove(name)
      removed.push(`${name} in ${store.where}`)
    }
  }
  return removed
}
