import { failpoint } from '../lib/failpoint.ts'
import type { DatabaseSettings } from '../storage/open-database.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import type { KeyRing } from './keys.ts'
import { loadBackup, type LoadProgress } from './load-backup.ts'
import type { Manifest } from './manifest.ts'
import { openBackup } from './read-backup.ts'
import type { BackupStore } from './store.ts'
import { openWorkbench } from './workbench.ts'

export interface RestoreOptions {
  settings: DatabaseSettings
  store: BackupStore
  keys: KeyRing
  name: string
  /** Restores and compares, and leaves the live database where it is. */
  dryRun: boolean
  log: StorageLog
  progress: LoadProgress
}

export interface Restored {
  manifest: Manifest
  /** What the database that was live is kept as; '' where there was none, or in a dry run. */
  keptAs: string
}

/**
 * Restores a backup beside the live database, compares it row by row, and then lets it take the live one's place. Whatever
 * happens before that last step, and whenever: the live database is as it was, and this can be called again. On a server the
 * indexes of search are missing then: `buildSearchIndexes` makes them while people are at work.
 *
 * @throws {DamagedBackup} that names the part at fault
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { settings, store, keys, name, dryRun, log, progress } = options
  const backup = await openBackup(store, name, keys)
  const bench = await openWorkbench(settings, dryRun ? 'checking' : 'restoring', log)
  try {
    failpoint('restore.opened')
    await loadBackup(bench.database, {
      store,
      backup,
      searchLater: dryRun || settings.kind === 'postgres',
      log,
      progress,
    })
    failpoint('restore.verified')
    const keptAs = dryRun ? '' : await bench.takePlace()
    if (dryRun) await bench.discard()
    failpoint('restore.swapped')
    return { manifest: backup.manifest, keptAs }
  } catch (error) {
    await bench.discard()
    throw error
  }
}
