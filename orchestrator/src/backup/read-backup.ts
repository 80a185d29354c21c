import { createHash } from 'node:crypto'
import { DamagedBackup } from './backup-error.ts'
import type { BackupKey, KeyRing } from './keys.ts'
import { MANIFEST, type Manifest, MAX_MANIFEST_BYTES, openManifest } from './manifest.ts'
import { openFrame, splitFrames } from './seal-frame.ts'
import type { BackupStore } from './store.ts'

export interface OpenedBackup {
  manifest: Manifest
  key: BackupKey
}

/** @throws {DamagedBackup} where there is none of that name, or its manifest is not as it was written */
export async function openBackup(store: BackupStore, name: string, keys: KeyRing): Promise<OpenedBackup> {
  const bytes = await store.read(name, MANIFEST, MAX_MANIFEST_BYTES)
  if (bytes === null) throw new DamagedBackup(MANIFEST, `is missing: ${name} in ${store.where} is no finished backup`)
  return openManifest(bytes, name, keys)
}

/** Rows of one table, in `copy`'s text format. */
export interface Chunk {
  /** Its place in the manifest's list. */
  table: number
  lines: Buffer
}

/**
 * Everything in a backup, in the order it was written. Nothing is handed on that is not authentic: each part is compared with
 * the manifest before it is decrypted.
 *
 * @throws {DamagedBackup} that names the part
 */
export async function* readChunks(
  store: BackupStore,
  { manifest, key }: OpenedBackup,
  progress: (doneBytes: number, totalBytes: number) => void,
): AsyncGenerator<Chunk> {
  const total = manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  let frame = 0
  for (const part of manifest.parts) {
    const bytes = await readPart(store, manifest.name, part)
    for (const sealed of splitFrames(part.name, bytes)) {
      const content = await openFrame(key, { backup: manifest.name, part: part.name, frame }, sealed)
      const table = content.length < 4 ? -1 : content.readUInt32BE()
      if (manifest.tables[table] === undefined) throw new DamagedBackup(part.name, 'holds rows of no table')
      yield { table, lines: content.subarray(4) }
      frame += 1
      done += sealed.length + 4
      progress(done, total)
    }
  }
}

async function readPart(store: BackupStore, backup: string, part: Manifest['parts'][number]): Promise<Buffer> {
  const bytes = await store.read(backup, part.name, part.bytes)
  if (bytes === null) throw new DamagedBackup(part.name, `is missing from ${store.where}`)
  if (bytes.length !== part.bytes) {
    throw new DamagedBackup(part.name, `has ${bytes.length} bytes, where ${part.bytes} belong: it was cut off`)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== part.sha256) throw new DamagedBackup(part.name, 'is not what was written (SHA-256): it was changed')
  return bytes
}
