import { backupRunSchema, insertBackupRun } from '../backup/backup-runs.ts'
import { openOperatorDoor, type OperatorDoor } from '../backup/operator-door.ts'
import { snapshotDirectory } from '../backup/take-snapshot.ts'
import type { Config } from '../config/config.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'

/** The way in for backups while this process has the embedded database open; null for a server, which everybody reaches. */
export async function openDoorOf(database: OpenedDatabase, config: Config): Promise<OperatorDoor | null> {
  const { snapshot } = database
  if (config.database.kind !== 'embedded' || snapshot === null) return null
  const { directory: live } = config.database
  return openOperatorDoor(live, {
    '/snapshot': async () => {
      const directory = snapshotDirectory(live)
      await snapshot(directory)
      return { directory }
    },
    '/backup-run': async (body) => {
      await insertBackupRun(database, backupRunSchema.parse(body))
      return {}
    },
  })
}
