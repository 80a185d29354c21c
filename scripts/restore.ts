import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { BackupError } from '../orchestrator/src/backup/backup-error.ts'
import { fingerprintOf } from '../orchestrator/src/backup/keys.ts'
import { listKept, swapBack } from '../orchestrator/src/backup/kept-databases.ts'
import { listBackups, type ListedBackup } from '../orchestrator/src/backup/list-backups.ts'
import { keysForReading, openStores, sealingKey } from '../orchestrator/src/backup/open-backups.ts'
import { restoreBackup, type Restored } from '../orchestrator/src/backup/restore-backup.ts'
import type { BackupStore } from '../orchestrator/src/backup/store.ts'
import { armFailpoint } from '../orchestrator/src/lib/failpoint.ts'
import type { Config } from '../orchestrator/src/config/config.ts'
import type { DatabaseSettings } from '../orchestrator/src/storage/open-database.ts'
import { buildSearchIndexes } from '../orchestrator/src/storage/search-indexes.ts'
import { phases } from './backup/phases.ts'
import { createProgressLine, formatBytes, formatSeconds } from './backup/progress-line.ts'
import { configuration, environment, runScript, terminalLog, usageFault, withDatabase } from './configured-database.ts'

const HELP = `Usage: npm run restore [-- <backup> | latest] [-- options]

Without a name it lists the backups and, on a terminal, asks which. A backup is restored into a new database beside the live
one and compared row by row; only then it takes the live one's place, which is kept. Until that moment nothing has changed,
whatever happens, and it may be run again.

  --dry-run       restores and compares, and leaves the live database where it is
  --yes           does not ask
  --back <name>   makes the database live again that a restore has put aside, and puts the other aside

Backups are those of BACKUP_DIR and BACKUP_BUCKET; the key is BACKUP_KEY, or SECRET_KEY. An embedded database must not be in
use: stop npm start first.`

await runScript(async () => {
  const failpoint = environment()['FAILPOINT']
  if (failpoint) armFailpoint(failpoint)
  const flags = {
    'dry-run': { type: 'boolean' },
    yes: { type: 'boolean' },
    back: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const parsed = usageFault(HELP, () => parseArgs({ options: flags, allowPositionals: true }))
  if (parsed === null) return
  const { values, positionals } = parsed
  if (values.help === true) return console.log(HELP)
  const config = configuration()
  if (values.back !== undefined) return goBack(config, values.back)
  const stores = openStores(config)
  try {
    await restore(config, stores, positionals[0], { dryRun: values['dry-run'] === true, yes: values.yes === true })
  } finally {
    for (const store of stores) await store.close()
  }
})

interface Found {
  store: BackupStore
  backup: ListedBackup
}

async function restore(
  config: Config,
  stores: BackupStore[],
  wanted: string | undefined,
  { dryRun, yes }: { dryRun: boolean; yes: boolean },
): Promise<void> {
  const keys = keysForReading(config)
  const found: Found[] = []
  for (const store of stores) {
    for (const backup of await listBackups(store, keys)) found.push({ store, backup })
  }
  if (wanted === undefined) printList(stores, found)
  const chosen = wanted === undefined ? await ask('Which one? A name, latest, or nothing: ') : wanted
  if (chosen === '') return
  const { store, backup } = choose(found, chosen)
  const place = config.database.kind === 'embedded' ? config.database.directory : 'the live database'
  if (
    !dryRun &&
    !yes &&
    (await ask(`${backup.name} takes the place of ${place}, which is kept. Go on? [y/N] `)) !== 'y'
  ) {
    throw new BackupError('Nothing was changed. Without a terminal to ask on, --yes says yes')
  }
  const line = createProgressLine(process.stderr)
  const began = performance.now()
  const restored = await restoreBackup({
    settings: config.database,
    store,
    keys,
    name: backup.name,
    dryRun,
    log: terminalLog,
    progress: (phase, done, total) => line.update(phases[phase], done, total),
  }).finally(() => line.end())
  tell(restored, dryRun, (performance.now() - began) / 1000, sealingKey(config))
  if (!dryRun) await finishSearch(config.database)
}

/** What is left when it is live. Killed here, the orchestrators go on with it within the hour. */
async function finishSearch(settings: DatabaseSettings): Promise<void> {
  if (settings.kind === 'embedded') return
  const line = createProgressLine(process.stderr)
  await withDatabase(settings, (database) =>
    buildSearchIndexes(database, { progress: (done, total) => line.update(phases.search, done, total) }),
  ).finally(() => line.end())
}

function choose(found: Found[], wanted: string): Found {
  const whole = found.filter(({ backup }) => backup.state === 'whole')
  const matching = wanted === 'latest' ? whole.toSorted((a, b) => (cut(a) < cut(b) ? 1 : -1)) : whole.filter(is(wanted))
  const [first] = matching
  if (first !== undefined) return first
  const broken = found.find(is(wanted))
  if (broken !== undefined) {
    throw new BackupError(
      `${wanted} cannot be restored: ${broken.backup.fault ?? 'manifest: is missing, it was not finished'}`,
    )
  }
  throw new BackupError(wanted === 'latest' ? 'There is no whole backup' : `There is no backup ${wanted}`)
}

function is(name: string): (found: Found) => boolean {
  return ({ backup }) => backup.name === name
}

function cut({ backup }: Found): string {
  return backup.cutAt ?? ''
}

function printList(stores: BackupStore[], found: Found[]): void {
  for (const store of stores) {
    console.log(store.where)
    for (const { backup } of found.filter((one) => one.store === store)) {
      const { name, bytes, state, fault, verifiedAt, rows, version } = backup
      const whole = `${rows} rows, version ${version}, ${verifiedAt === null ? 'never restored' : `restored ${verifiedAt}`}`
      console.log(`  ${name}  ${formatBytes(bytes).padStart(9)}  ${state === 'whole' ? whole : (fault ?? state)}`)
    }
  }
  if (found.length === 0) console.log('  no backups')
}

function tell({ manifest, keptAs }: Restored, dryRun: boolean, seconds: number, secretKey: string | null): void {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  const what = `${manifest.name}: ${rows} rows of ${manifest.tables.length} tables, as of ${manifest.cutAt}, in ${formatSeconds(seconds)}`
  console.log(dryRun ? `${what}; it can be restored, and nothing was changed` : `${what}; it is live now`)
  if (keptAs !== '') console.log(`What was live is kept as ${keptAs}; back to it: npm run restore -- --back ${keptAs}`)
  const then = manifest.secretKeyFingerprint
  if (then !== null && (secretKey === null || fingerprintOf(secretKey) !== then)) {
    console.warn(
      'SECRET_KEY is another than when it was made: everybody signs in anew, and what it sealed stays sealed',
    )
  }
}

async function goBack(config: Config, kept: string): Promise<void> {
  const keptAs = await swapBack(config.database, kept).catch(async (error: unknown) => {
    if (error instanceof BackupError)
      console.error(`Put aside: ${(await listKept(config.database)).join(', ') || 'nothing'}`)
    throw error
  })
  console.log(`${kept} is live again; the other is kept as ${keptAs}`)
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) return ''
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(question)).trim()
  } finally {
    lines.close()
  }
}
