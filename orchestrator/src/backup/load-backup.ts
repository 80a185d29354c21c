import { failpoint } from '../lib/failpoint.ts'
import { type AdminConnection, copyIn } from '../storage/copy.ts'
import { migrate } from '../storage/migrate.ts'
import { MIGRATIONS, readMigrations } from '../storage/migration-files.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import { BackupError, DamagedBackup } from './backup-error.ts'
import { type Loosened, loosen } from './loosen.ts'
import type { Manifest } from './manifest.ts'
import { type OpenedBackup, readChunks } from './read-backup.ts'
import { quote, readRules } from './read-catalogue.ts'
import { TEXT_SETTINGS } from './read-rows.ts'
import type { BackupStore } from './store.ts'
import { verifyRows } from './verify-rows.ts'

/** How far it is: `done` of `total`, in the unit of the phase. */
export interface LoadProgress {
  (phase: 'load' | 'index' | 'verify', done: number, total: number): void
}

export interface LoadOptions {
  store: BackupStore
  backup: OpenedBackup
  log: StorageLog
  progress: LoadProgress
}

const BUILDERS = 2

/**
 * Fills a new, empty database from a backup and proves it: every row counted and summed again, every reference checked, every
 * rule as the migrations make it. Then it brings it to this version of the product.
 *
 * @throws {BackupError} where anything is not as it was; the database is of no use then
 */
export async function loadBackup(database: OpenedDatabase, options: LoadOptions): Promise<void> {
  const { backup, log } = options
  const { manifest } = backup
  await checkMigrations(manifest)
  // Only failures are worth a line: the operator follows the rows.
  const quiet = { ...log, info: () => undefined }
  await migrate(database, { log: quiet, through: manifest.migrations.at(-1)?.version ?? 0 })
  const before = await database.administer(readRules)
  const loosened = await database.administer(async (client) => {
    await client.query('begin')
    const taken = await loosen(client, manifest.tables)
    await client.query('commit')
    await load(client, options)
    return taken
  })
  failpoint('restore.loaded')
  await tighten(database, loosened, options.progress)
  const after = await database.administer(readRules)
  const differing = [...new Set(before).symmetricDifference(new Set(after))]
  if (differing.length > 0) throw new BackupError(`The restored database has other rules: ${differing.join('; ')}`)
  await verifyRows(database, manifest, (done, total) => options.progress('verify', done, total))
  await migrate(database, { log: quiet })
}

/** @throws {BackupError} unless this version of the product can make the tables as they were */
async function checkMigrations(manifest: Manifest): Promise<void> {
  const known = await readMigrations(MIGRATIONS)
  const last = manifest.migrations.at(-1)
  if (last !== undefined && last.version > known.length) {
    throw new BackupError(
      `${manifest.name} was made by version ${manifest.version} and has migration ${last.version}; this version knows ${known.length}: restore it with that version or a newer one`,
    )
  }
  for (const { version, name, checksum } of manifest.migrations) {
    const own = known[version - 1]
    if (own?.checksum === checksum && own.name === name) continue
    throw new BackupError(
      `${manifest.name} was made with another migration ${version} (${name}) than this version has: restore it with version ${manifest.version}`,
    )
  }
}

async function load(client: AdminConnection, options: LoadOptions): Promise<void> {
  const { store, backup, progress } = options
  const { manifest } = backup
  await client.query(TEXT_SETTINGS.replaceAll('set local', 'set'))
  // What is lost with a crash here is made again; the swap is what must last, and it is the last to be written.
  await client.query('set synchronous_commit = off')
  for await (const { table: at, lines } of readChunks(store, backup, (done, total) => progress('load', done, total))) {
    const table = manifest.tables[at]
    if (table === undefined || lines.length === 0) continue
    const statement = `copy ${quote(table.name)} (${table.columns.map(quote).join(', ')}) from stdin`
    await copyIn(client, statement, lines).catch((error: unknown) => {
      throw new DamagedBackup(table.name, `the database does not take its rows: ${String(error)}`, { cause: error })
    })
  }
  for (const { name, value, called } of manifest.sequences) {
    await client.query('select setval($1::regclass, $2::bigint, $3)', [quote(name), value, called])
  }
}

/** Puts everything back that loading went without. */
async function tighten(database: OpenedDatabase, loosened: Loosened, progress: LoadProgress): Promise<void> {
  const { indexes, rules } = loosened
  const total = indexes.length + rules.length + 1
  let done = 0
  const run = async (client: AdminConnection, statement: string): Promise<void> => {
    progress('index', done, total)
    await client.query(statement).catch((error: unknown) => {
      throw new BackupError(`The rows do not fit together: ${String(error)} (${statement})`, { cause: error })
    })
    done += 1
  }
  const waiting = [...indexes]
  const build = (): Promise<void> =>
    database.administer(async (client) => {
      // More than the default, which is meant for many at once; nobody else works on this database.
      await client.query(`set maintenance_work_mem = '256MB'; set synchronous_commit = off`)
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(client, next)
    })
  await Promise.all(Array.from({ length: database.kind === 'embedded' ? 1 : BUILDERS }, build))
  await database.administer(async (client) => {
    for (const rule of rules) await run(client, rule)
    await run(client, 'analyze')
  })
  progress('index', total, total)
}
