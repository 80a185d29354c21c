import { z } from 'zod'
import { newId } from '../lib/new-id.ts'
import type { Database } from '../storage/database.ts'
import { DirectoryInUse } from '../storage/embedded/directory-lock.ts'
import { type DatabaseSettings, openDatabase } from '../storage/open-database.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import { askDoor } from './operator-door.ts'

/** What became of an attempt to back up. */
export const backupRunSchema = z.strictObject({
  name: z.string().nullable(),
  state: z.enum(['succeeded', 'failed']),
  verified: z.boolean(),
  error: z.string().max(2000).nullable(),
  bytes: z.int().min(0),
  durationMs: z.int().min(0),
  cutAt: z.iso.datetime().nullable(),
})

export type BackupRun = z.infer<typeof backupRunSchema>

export async function insertBackupRun(database: Database, run: BackupRun): Promise<void> {
  const { name, state, verified, error, bytes, durationMs, cutAt } = run
  await database.asSystem((tx) =>
    tx.sql(
      `insert into backup_run (id, name, state, verified, error, bytes, duration_ms, cut_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [newId(), name, state, verified, error, bytes, durationMs, cutAt],
    ),
  )
}

/** Writes it down in the live database, through the server that has it open where one does. */
export async function recordBackupRun(settings: DatabaseSettings, run: BackupRun, log: StorageLog): Promise<void> {
  try {
    const database = await openDatabase(settings, { log })
    try {
      await insertBackupRun(database, run)
    } finally {
      await database.close()
    }
  } catch (error) {
    if (settings.kind !== 'embedded' || !(error instanceof DirectoryInUse)) throw error
    await askDoor(settings.directory, '/backup-run', run, error)
  }
}

/** What the metrics show; 0 for what never happened. */
export interface BackupState {
  lastSuccess: number
  lastVerified: number
  lastSeconds: number
  lastBytes: number
  failures: number
}

export async function readBackupState(database: Database): Promise<BackupState> {
  const [row] = await database.asSystem((tx) =>
    tx.sql<BackupState>(
      `with last as (select * from backup_run where state = 'succeeded' order by ended_at desc limit 1)
       select coalesce((select extract(epoch from coalesce(cut_at, ended_at)) from last), 0)::float8 as "lastSuccess",
         coalesce((select extract(epoch from max(ended_at)) from backup_run where state = 'succeeded' and verified), 0)::float8
           as "lastVerified",
         coalesce((select duration_ms / 1000.0 from last), 0)::float8 as "lastSeconds",
         coalesce((select bytes from last), 0)::float8 as "lastBytes",
         (select count(*) from backup_run where state = 'failed')::integer as failures`,
    ),
  )
  if (row === undefined) throw new Error('no answer')
  return row
}
