import { failpoint } from '../lib/failpoint.ts'
import { type AdminConnection, copyIn } from '../storage/copy.ts'
import { migrate } from '../storage/migrate.ts'
import { MIGRATIONS, readMigrations } from '../storage/migration-files.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { searchIndexes } from '../storage/search-indexes.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import { BackupError, DamagedBackup } from './backup-error.ts'
import { loosen } from './loosen.ts'
import type { Manifest } from './manifest.ts'
import { type OpenedBackup, readChunks } from './read-backup.ts'
import { quote, readRules } from './read-catalogue.ts'
import { TEXT_SETTINGS } from './read-rows.ts'
import type { BackupStore } from './store.ts'
import { verifyRows } from './verify-rows.ts'

/** How far it is: `done` of `total`, in the unit of the phase. */
export interface LoadProgress {
  (phase: 'load' | 'verify' | 'rules', done: number, total: number): void
}

export interface LoadOptions {
  store: BackupStore
  backup: OpenedBackup
  /** Whether the indexes of search are left out: `buildSearchIndexes` makes them when the database is at work. */
  searchLater: boolean
  log: StorageLog
  progress: LoadProgress
}

/** Connections that work at once: more than the cores of a small server would only take them from the live database. */
const HANDS = 2

/**
 * Fills a new, empty database from a backup and proves it: every row counted and summed again, every reference checked, every
 * rule as the migrations make it. Then it brings it to this version of the product.
 *
 * @throws {BackupError} where anything is not as it was; the database is of no use then
 */
export async function loadBackup(database: OpenedDatabase, options: LoadOptions): Promise<void> {
  const { backup, log, progress } = options
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
    return taken
  })
  await load(database, options)
  failpoint('restore.loaded')
  const left = leftForLater(options, await readMigrations(MIGRATIONS))
  await allOf([
    ...buildIndexes(
      database,
      loosened.indexes.filter((index) => !left.includes(index)),
    ),
    verifyRows(database, manifest, (done, total) => progress('verify', done, total)),
  ])
  await tighten(database, loosened.rules, progress)
  const after = await database.administer(readRules)
  const differing = [...new Set(before).symmetricDifference(new Set(after))].filter((rule) => !left.includes(rule))
  if (differing.length > 0) throw new BackupError(`The restored database has other rules: ${differing.join('; ')}`)
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

/** A migration still to come may take the indexes for granted: they are built at once then. */
function leftForLater({ backup, searchLater }: LoadOptions, known: readonly unknown[]): string[] {
  if (!searchLater || backup.manifest.migrations.length < known.length) return []
  return searchIndexes.map(({ definition }) => definition)
}

/** Waits for all of them, and then throws what the first one failed with: nobody works on when it is told. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function load(database: OpenedDatabase, { store, backup, progress }: LoadOptions): Promise<void> {
  const { manifest } = backup
  const chunks = readChunks(store, backup, (done, total) => progress('load', done, total))
  // Each takes the next one when it is done with its own: while the database writes, others are decrypted.
  const takeRows = (): Promise<void> =>
    database.administer(async (client) => {
      await client.query(TEXT_SETTINGS.replaceAll('set local', 'set'))
      // What is lost with a crash here is made again; the swap is what must last, and it is the last to be written.
      await client.query('set synchronous_commit = off')
      for await (const { table: at, lines } of chunks) {
        const table = manifest.tables[at]
        if (table === undefined || lines.length === 0) continue
        const statement = `copy ${quote(table.name)} (${table.columns.map(quote).join(', ')}) from stdin`
        await copyIn(client, statement, lines).catch((error: unknown) => {
          throw new DamagedBackup(table.name, `the database does not take its rows: ${String(error)}`, { cause: error })
        })
      }
    })
  await allOf(Array.from({ length: handsOn(database) }, takeRows))
  await database.administer(async (client) => {
    for (const { name, value, called } of manifest.sequences) {
      await client.query('select setval($1::regclass, $2::bigint, $3)', [quote(name), value, called])
    }
  })
}

/** The embedded database has one connection. */
function handsOn({ kind }: OpenedDatabase): number {
  return kind === 'embedded' ? 1 : HANDS
}

function buildIndexes(database: OpenedDatabase, indexes: readonly string[]): Promise<void>[] {
  const waiting = [...indexes]
  const build = (): Promise<void> =>
    database.administer(async (client) => {
      // More than the default, which is meant for many at once; nobody else works on this database.
      await client.query(`set maintenance_work_mem = '256MB'; set synchronous_commit = off`)
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await put(client, next)
    })
  return Array.from({ length: handsOn(database) }, build)
}

/** Puts everything back that loading went without, beside the indexes. */
async function tighten(database: OpenedDatabase, rules: readonly string[], progress: LoadProgress): Promise<void> {
  await database.administer(async (client) => {
    await client.query(`set maintenance_work_mem = '256MB'; set synchronous_commit = off`)
    for (const [done, rule] of [...rules, 'analyze'].entries()) {
      progress('rules', done, rules.length + 1)
      await put(client, rule)
    }
  })
  progress('rules', 1, 1)
}

async function put(client: AdminConnection, statement: string): Promise<void> {
  await client.query(statement).catch((error: unknown) => {
    throw new BackupError(`The rows do not fit together: ${String(error)} (${statement})`, { cause: error })
  })
}
