import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../lib/write-whole.ts'
import { BackupError, DamagedBackup } from './backup-error.ts'
import { BACKUP_NAME, MANIFEST } from './manifest.ts'
import type { BackupStore, StoredBackup } from './store.ts'

/** Backups as folders below `directory`. */
export function openDirectoryStore(directory: string): BackupStore {
  return {
    where: directory,
    list: async () => {
      const entries = await readdir(directory, { withFileTypes: true }).catch(noneIfMissing)
      const names = entries
        .filter((entry) => entry.isDirectory() && BACKUP_NAME.test(entry.name))
        .map(({ name }) => name)
      return Promise.all(names.toSorted().map((name) => listFiles(directory, name)))
    },
    write: async (backup, file, bytes) => {
      try {
        await mkdir(join(directory, backup), { recursive: true, mode: 0o700 })
        writeWhole(join(directory, backup, file), bytes)
      } catch (error) {
        throw new BackupError(`${directory} takes no backup: ${String(error)}`, { cause: error })
      }
    },
    read: (backup, file, maxBytes) => readBounded(join(directory, backup, file), file, maxBytes),
    remove: async (backup) => {
      await rm(join(directory, backup, MANIFEST), { force: true })
      await rm(join(directory, backup), { recursive: true, force: true })
    },
    close: async () => {},
  }
}

async function listFiles(directory: string, name: string): Promise<StoredBackup> {
  const files = await readdir(join(directory, name), { withFileTypes: true })
  const sizes = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => [file.name, (await stat(join(directory, name, file.name))).size] as const),
  )
  return { name, files: new Map(sizes) }
}

async function readBounded(path: string, file: string, maxBytes: number): Promise<Buffer | null> {
  const handle = await open(path).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (handle === null) return null
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new DamagedBackup(file, 'is no file')
    const { size } = found
    if (size > maxBytes) throw new DamagedBackup(file, `has ${size} bytes, where ${maxBytes} belong`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

function noneIfMissing(error: unknown): [] {
  if (isMissing(error)) return []
  throw error
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
