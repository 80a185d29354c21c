import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordBackupRun } from '../orchestrator/src/backup/backup-runs.ts'
import { makeBackup, type MadeBackup } from '../orchestrator/src/backup/make-backup.ts'
import { keysForWriting, openStores, sealingKey } from '../orchestrator/src/backup/open-backups.ts'
import { phases } from './backup/phases.ts'
import { createProgressLine, formatBytes, formatSeconds } from './backup/progress-line.ts'
import { configuration, runScript, terminalLog, usageFault } from './configured-database.ts'

const HELP = `Usage: npm run backup [-- options]

Writes an encrypted backup of the database to BACKUP_DIR, to BACKUP_BUCKET, or to both; restores it into a database of its
own and compares every row; then removes what is older than BACKUP_RETENTION_DAYS or beyond BACKUP_RETENTION_COUNT, but never
the last good one. The database may be in use, the embedded one too.

  --no-verify     does not restore it: faster, and proves nothing
  --daily <times> stays, and does it each day at these times (UTC): 02:00 or 02:00,14:00

It is encrypted with BACKUP_KEY, or SECRET_KEY without it: keep the key apart from the backups, nothing restores them without
it. List and restore backups: npm run restore`

await runScript(async () => {
  const options = readOptions()
  if (options === null) return
  if (options.daily === null) {
    if (!(await backUp(options.verify))) process.exitCode = 1
    return
  }
  for (;;) {
    const next = nextMoment(options.daily, new Date())
    console.log(`The next backup is at ${next.toISOString()}`)
    await sleepUntil(next)
    await backUp(options.verify).catch((error: unknown) => console.error(error))
  }
})

function readOptions(): { verify: boolean; daily: string | null } | null {
  const flags = {
    'no-verify': { type: 'boolean' },
    daily: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const parsed = usageFault(HELP, () => parseArgs({ options: flags }).values)
  if (parsed === null) return null
  const { 'no-verify': hurried = false, daily = null, help = false } = parsed
  if (help) {
    console.log(HELP)
    return null
  }
  if (daily !== null && !/^([01]\d|2[0-3]):[0-5]\d(,([01]\d|2[0-3]):[0-5]\d)*$/.test(daily)) {
    console.error(`--daily takes times such as 02:00 or 02:00,14:00, not ${daily}`)
    process.exitCode = 2
    return null
  }
  return { verify: !hurried, daily }
}

async function backUp(verify: boolean): Promise<boolean> {
  const config = configuration()
  const stores = openStores(config)
  const line = createProgressLine(process.stderr)
  try {
    const made = await makeBackup({
      settings: config.database,
      stores,
      keys: await keysForWriting(config),
      secretKey: sealingKey(config),
      version: config.version,
      verify,
      kept: { days: config.backup.keptDays, count: config.backup.keptCount },
      log: terminalLog,
      progress: (phase, done, total) => line.update(phases[phase], done, total),
    })
    line.end()
    await recordBackupRun(config.database, made.run, terminalLog).catch((error: unknown) => {
      console.warn(`What became of it could not be written down, so the metrics do not show it: ${String(error)}`)
    })
    tell(
      made,
      stores.map(({ where }) => where),
    )
    return made.run.state === 'succeeded'
  } finally {
    line.end()
    for (const store of stores) await store.close()
  }
}

function tell({ run, removed, failure }: MadeBackup, places: string[]): void {
  for (const one of removed) console.log(`Removed ${one}`)
  if (run.state === 'failed') {
    const what = run.name === null ? 'There is no backup' : `${run.name} is not to be relied on`
    throw failure instanceof Error
      ? Object.assign(failure, { message: `${what}: ${failure.message}` })
      : new Error(what)
  }
  const proof = run.verified ? 'restored and compared' : 'not restored: --no-verify'
  const size = `${formatBytes(run.bytes)} in ${formatSeconds(run.durationMs / 1000)}`
  console.log(`${run.name}: ${size}, ${proof}; in ${places.join(' and ')}`)
}

function nextMoment(times: string, now: Date): Date {
  const moments = times.split(',').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    const next = new Date(now)
    next.setUTCHours(hours, minutes, 0, 0)
    if (next <= now) next.setUTCDate(next.getUTCDate() + 1)
    return next.getTime()
  })
  return new Date(Math.min(...moments))
}

/** In short steps: a machine that slept does not oversleep. */
async function sleepUntil(moment: Date): Promise<void> {
  const STEP_MS = 60_000
  for (let left = moment.getTime() - Date.now(); left > 0; left = moment.getTime() - Date.now()) {
    await sleep(Math.min(left, STEP_MS))
  }
}
