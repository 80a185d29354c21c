import { z } from 'zod'

/** What became of an attempt to back up. */
export const backupAttemptSchema = z.object({
  id: z.string(),
  /** Of the backup; null where it failed before it had one. */
  name: z.string().nullable(),
  state: z.enum(['succeeded', 'failed']),
  /** Whether it was restored into a database of its own and compared, row by row. */
  verified: z.boolean(),
  /** What it failed with. */
  error: z.string().nullable(),
  bytes: z.number(),
  durationMs: z.number(),
  /** As of when its data is; null where it failed before it was cut. */
  cutAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime(),
})

export const backupsViewSchema = z.object({
  /** The newest good one: what is written since its cut would be lost. Null where there is none. */
  last: backupAttemptSchema.nullable(),
  /** When one was last proven by a restore. */
  lastVerifiedAt: z.iso.datetime().nullable(),
  /** The last attempts, newest first. */
  recent: z.array(backupAttemptSchema).max(10),
  /** Where backups are kept, as the server is configured: folders and buckets. */
  places: z.array(z.string()),
})

export type BackupAttempt = z.infer<typeof backupAttemptSchema>
export type BackupsView = z.infer<typeof backupsViewSchema>
