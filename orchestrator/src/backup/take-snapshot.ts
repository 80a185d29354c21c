import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { copyData, finishSwap } from '../storage/embedded/data-files.ts'
import { DirectoryInUse, lockDirectory } from '../storage/embedded/directory-lock.ts'
import { BackupError } from './backup-error.ts'
import { askDoor } from './operator-door.ts'

/** A copy that nobody used for so long is one that a killed process left. */
const LEFT_OVER_MS = 24 * 3600_000

/**
 * A copy of the embedded database as it is now, to be opened as a database of its own; it stands still while the live one goes
 * on. Where a server has the live one open, that server makes the copy.
 */
export async function takeSnapshot(live: string): Promise<string> {
  if (!existsSync(join(live, 'created'))) throw new BackupError(`There is no database in ${live} yet`)
  try {
    const lock = lockDirectory(live)
    try {
      finishSwap(live)
      const into = snapshotDirectory(live)
      copyData(live, into)
      return into
    } finally {
      lock.release()
    }
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error
    const { directory } = await askDoor(live, '/snapshot', {}, error)
    if (typeof directory !== 'string') throw new BackupError('The running server made no copy of its database')
    return directory
  }
}

/** Where the next copy belongs; old ones are removed. */
export function snapshotDirectory(live: string): string {
  const folder = join(live, 'snapshots')
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > LEFT_OVER_MS) rmSync(path, { recursive: true, force: true })
  }
  return join(folder, randomUUID())
}
