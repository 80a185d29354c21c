import { Counter, Gauge, type Registry } from 'prom-client'
import { withinTime } from './within-time.ts'

/** How backups are, as the database has it: the same at each replica. Moments are seconds since 1970, 0 for never. */
export interface BackupFigures {
  lastSuccess: number
  lastVerified: number
  lastSeconds: number
  lastBytes: number
  failures: number
}

/** The figures change once a night, and are read at each scrape. */
const KEPT_MS = 15_000

/** Adds the gauges of backups. Where the database does not answer, they keep what they last said. */
export function gaugeBackups(registry: Registry, read: () => Promise<BackupFigures>): void {
  const registers = [registry]
  let reading: Promise<BackupFigures | null> | undefined
  let readAt = -Infinity
  const figures = (): Promise<BackupFigures | null> => {
    if (reading === undefined || performance.now() - readAt > KEPT_MS) {
      readAt = performance.now()
      reading = withinTime(read())
    }
    return reading
  }
  const gauge = (name: string, help: string, pick: (state: BackupFigures) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const state = await figures()
        if (state !== null) this.set(pick(state))
      },
    })
  }
  gauge('backup_last_success_timestamp_seconds', 'The cut of the newest good backup', (state) => state.lastSuccess)
  gauge('backup_last_verified_timestamp_seconds', 'When a backup was last proven by a restore', (s) => s.lastVerified)
  gauge(
    'backup_last_duration_seconds',
    'How long the newest good backup took, its proof included',
    (s) => s.lastSeconds,
  )
  gauge('backup_last_size_bytes', 'The size of the newest good backup', (state) => state.lastBytes)
  new Counter({
    name: 'backup_failures_total',
    help: 'Backups that failed, or could not be restored',
    registers,
    async collect() {
      const state = await figures()
      if (state === null) return
      this.reset()
      this.inc(state.failures)
    },
  })
}
