import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { swapData } from '../storage/embedded/data-files.ts'
import { lockDirectory } from '../storage/embedded/directory-lock.ts'
import type { DatabaseSettings } from '../storage/open-database.ts'
import { openDatabaseManager } from '../storage/postgres/manage-databases.ts'
import { BackupError } from './backup-error.ts'
import { stampedName } from './stamp.ts'

/** The databases that restores have put aside, oldest first. */
export async function listKept(settings: DatabaseSettings): Promise<string[]> {
  if (settings.kind === 'embedded') {
    const names = await readdir(settings.directory).catch(() => [])
    return names.filter((name) => KEPT_DATA.test(name)).toSorted()
  }
  const manager = await openDatabaseManager(settings.url, 'listing')
  try {
    return await manager.list(`${manager.live}_before_`)
  } finally {
    await manager.close()
  }
}

const KEPT_DATA = /^data\.before_\d{8}_\d{6}$/

/** Undoes a restore: the database that was put aside is live again, and the other is put aside; returns as what. */
export async function swapBack(settings: DatabaseSettings, kept: string): Promise<string> {
  if (!(await listKept(settings)).includes(kept)) throw new BackupError(`There is no ${kept} that was put aside`)
  if (settings.kind === 'embedded') {
    const lock = lockDirectory(settings.directory)
    try {
      const keepAs = await stampedName('data.before_', (name) => existsSync(join(settings.directory, name)))
      swapData(settings.directory, join(settings.directory, kept), keepAs)
      return keepAs
    } finally {
      lock.release()
    }
  }
  const manager = await openDatabaseManager(settings.url, 'restoring')
  try {
    const keepAs = await stampedName(`${manager.live}_before_`, (name) => manager.exists(name))
    await manager.swap(kept, keepAs)
    return keepAs
  } finally {
    await manager.close()
  }
}
