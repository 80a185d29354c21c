import type { BackupAttempt, BackupsView } from '@ai-assistant/contract'
import type { Config } from '../config/config.ts'
import type { Database } from '../storage/database.ts'

interface Row extends Omit<BackupAttempt, 'cutAt' | 'endedAt'> {
  cutAt: Date | null
  endedAt: Date
}

/** What administrators see of the backups: the last good one, whether it was proven, and what became of the last attempts. */
export async function readBackups(database: Database, config: Pick<Config, 'backup'>): Promise<BackupsView> {
  const [recent, good, [proven]] = await database.asSystem((tx) =>
    Promise.all([
      tx.sql<Row>(`${ATTEMPTS} order by ended_at desc, id desc limit 10`),
      tx.sql<Row>(`${ATTEMPTS} where state = 'succeeded' order by ended_at desc, id desc limit 1`),
      tx.sql<{ at: Date | null }>(`select max(ended_at) as at from backup_run where state = 'succeeded' and verified`),
    ]),
  )
  return {
    last: good.map(toAttempt)[0] ?? null,
    lastVerifiedAt: proven?.at?.toISOString() ?? null,
    recent: recent.map(toAttempt),
    places: placesOf(config),
  }
}

const ATTEMPTS = `select id, name, state, verified, error, bytes::float8 as bytes, duration_ms::float8 as "durationMs",
  cut_at as "cutAt", ended_at as "endedAt" from backup_run`

function toAttempt({ cutAt, endedAt, ...row }: Row): BackupAttempt {
  return { ...row, cutAt: cutAt?.toISOString() ?? null, endedAt: endedAt.toISOString() }
}

function placesOf({ backup: { directory, s3 } }: Pick<Config, 'backup'>): string[] {
  return [...(directory === null ? [] : [directory]), ...(s3 === null ? [] : [`s3://${s3.bucket}/${s3.prefix}`])]
}
