import { z } from 'zod'
import { DamagedBackup } from './backup-error.ts'
import type { KeyRing } from './keys.ts'
import { MANIFEST } from './manifest.ts'
import { openBackup } from './read-backup.ts'
import type { BackupStore, StoredBackup } from './store.ts'

/** Written beside a backup when it has been restored and compared. */
const VERIFIED = 'verified'

export interface ListedBackup {
  name: string
  bytes: number
  /** `unfinished`: without a manifest. `damaged`: with one that cannot be trusted, or parts that are missing or cut off. */
  state: 'whole' | 'unfinished' | 'damaged'
  /** What is wrong with it; null where nothing is to be seen without reading it all. */
  fault: string | null
  verifiedAt: string | null
  /** Null unless whole. */
  cutAt: string | null
  rows: number | null
  version: string | null
}

/** Every backup of a store, oldest first. Parts are looked at, not read. */
export async function listBackups(store: BackupStore, keys: KeyRing): Promise<ListedBackup[]> {
  const listed: ListedBackup[] = []
  for (const stored of await store.list()) listed.push(await describe(store, stored, keys))
  return listed
}

async function describe(store: BackupStore, { name, files }: StoredBackup, keys: KeyRing): Promise<ListedBackup> {
  const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
  const nothing = { name, bytes, fault: null, verifiedAt: null, cutAt: null, rows: null, version: null }
  if (!files.has(MANIFEST)) return { ...nothing, state: 'unfinished' }
  try {
    const { manifest } = await openBackup(store, name, keys)
    for (const part of manifest.parts) {
      if (files.get(part.name) !== part.bytes) throw new DamagedBackup(part.name, 'is missing or cut off')
    }
    return {
      ...nothing,
      state: 'whole',
      verifiedAt: files.has(VERIFIED) ? await readVerified(store, name) : null,
      cutAt: manifest.cutAt,
      rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
      version: manifest.version,
    }
  } catch (error) {
    if (!(error instanceof DamagedBackup)) throw error
    return { ...nothing, state: 'damaged', fault: error.message }
  }
}

const verifiedSchema = z.object({ at: z.iso.datetime() })

export async function markVerified(store: BackupStore, name: string): Promise<void> {
  await store.write(name, VERIFIED, Buffer.from(JSON.stringify({ at: new Date().toISOString() })))
}

async function readVerified(store: BackupStore, name: string): Promise<string | null> {
  const bytes = await store.read(name, VERIFIED, 4096)
  const mark: unknown = bytes === null ? null : JSON.parse(bytes.toString('utf8'))
  return verifiedSchema.safeParse(mark).data?.at ?? null
}
