import type { ClientBase } from 'pg'
import { isConnectionLoss, unavailable } from './failure.ts'
import { sqlState } from './errors.ts'
import { MIGRATIONS, readMigrations, type Migration } from './migration-files.ts'
import type { OpenedDatabase } from './pooled-database.ts'
import type { StorageLog } from './storage-log.ts'

/** Any number that nobody else uses as an advisory lock of this database. */
const LOCK = 7_231_946_502
/** A migration that cannot have a table's lock within this time lets the others go on, and tries again. */
const LOCK_TIMEOUT = '3s'
const MAX_TRIES = 20
const WAIT_MS = 250

/** The files and the database do not fit together: nothing was changed. */
export class MigrationMismatch extends Error {
  override name = 'MigrationMismatch'
}

export interface MigrationStatus {
  version: number
  name: string
  /** `newer`: the database has it, this code does not know it, and may run on it. */
  state: 'applied' | 'pending' | 'newer'
  appliedAt: Date | null
}

export interface MigrateOptions {
  log: StorageLog
  /** Where the files are; those of this version of the code where absent. */
  directory?: string
  /** The last migration to run; all of them where absent. */
  through?: number
}

/**
 * Brings the database up to this version of the code and returns the names of the migrations it ran. Any number of processes
 * may call it at once: one works, the others wait and find nothing to do. A process killed in the middle loses nothing: the
 * next one goes on.
 *
 * Throws `MigrationMismatch` if a file was changed or lost after it ran, or if the database is ahead by a migration marked as
 * incompatible with older code.
 */
export async function migrate(database: OpenedDatabase, options: MigrateOptions): Promise<string[]> {
  const { log, directory = MIGRATIONS, through = Infinity } = options
  const migrations = await readMigrations(directory)
  return database.administer(async (client) => {
    await lock(client, log)
    try {
      await client.query(`create table if not exists schema_migration (
        version integer primary key, name text not null, checksum text not null, incompatible boolean not null,
        applied_at timestamptz not null default now())`)
      const pending = compare(migrations, await readApplied(client)).filter(
        ({ state, version }) => state === 'pending' && version <= through,
      )
      const done: string[] = []
      for (const { version } of pending) {
        const migration = migrations[version - 1]
        if (migration === undefined) continue
        await apply(client, migration, log)
        done.push(fileName(migration))
      }
      return done
    } finally {
      // If the connection is gone, so is its lock.
      await client.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined)
    }
  })
}

/** What `migrate` would find and do, in order of version. Changes nothing. Throws `MigrationMismatch` as it does. */
export async function migrationStatus(
  database: OpenedDatabase,
  directory: string = MIGRATIONS,
): Promise<MigrationStatus[]> {
  const migrations = await readMigrations(directory)
  return database.administer(async (client) => compare(migrations, await readApplied(client)))
}

interface Applied {
  version: number
  name: string
  checksum: string
  incompatible: boolean
  applied_at: Date
}

/** Polls instead of waiting in the server, so that a waiting migrator holds no snapshot that would block a concurrent index. */
async function lock(client: ClientBase, log: StorageLog): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as mine', [LOCK])
    if (rows[0].mine === true) return
    if (tries === 0) log.info({}, 'another process is migrating the database; waiting for it')
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
}

async function readApplied(client: ClientBase): Promise<Applied[]> {
  const { rows: found } = await client.query(`select to_regclass('schema_migration') is not null as present`)
  if (found[0].present !== true) return []
  const { rows } = await client.query<Applied>('select * from schema_migration order by version')
  return rows
}

function compare(migrations: Migration[], applied: Applied[]): MigrationStatus[] {
  const byVersion = new Map(applied.map((row) => [row.version, row]))
  const known = migrations.map((migration): MigrationStatus => {
    const row = byVersion.get(migration.version)
    if (row !== undefined && row.checksum !== migration.checksum) {
      throw new MigrationMismatch(
        `${fileName(migration)} was changed after it ran on this database: restore the file, and put the change into a new one`,
      )
    }
    return {
      version: migration.version,
      name: migration.name,
      state: row === undefined ? 'pending' : 'applied',
      appliedAt: row?.applied_at ?? null,
    }
  })
  const ahead = applied.filter(({ version }) => version > migrations.length)
  const breaking = ahead.find(({ incompatible }) => incompatible)
  if (breaking !== undefined) {
    throw new MigrationMismatch(
      `The database has migration ${fileName(breaking)}, on which this older version cannot run: use the newer version`,
    )
  }
  return [
    ...known,
    ...ahead.map(({ version, name, applied_at }) => ({
      version,
      name,
      state: 'newer' as const,
      appliedAt: applied_at,
    })),
  ]
}

async function apply(client: ClientBase, migration: Migration, log: StorageLog): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await (migration.alone ? applyAlone(client, migration) : applyInTransaction(client, migration))
      log.info({ migration: fileName(migration) }, 'migrated the database')
      return
    } catch (error) {
      if (isConnectionLoss(error)) throw unavailable(error)
      await client.query('rollback')
      if (!isPassing(error) || tries === MAX_TRIES) {
        throw new Error(`Migration ${fileName(migration)} failed: ${String(error)}`, { cause: error })
      }
      log.warn({ err: error, migration: fileName(migration) }, 'a migration was held up by others; trying again')
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS * Math.random() * tries))
    }
  }
}

async function applyInTransaction(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(`begin; set local lock_timeout = '${LOCK_TIMEOUT}'`)
  await client.query(migration.sql)
  await record(client, migration)
  await client.query('commit')
}

async function applyAlone(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(`set lock_timeout = '${LOCK_TIMEOUT}'`)
  await client.query(migration.sql)
  await client.query('reset lock_timeout')
  await record(client, migration)
}

async function record(client: ClientBase, { version, name, checksum, incompatible }: Migration): Promise<void> {
  await client.query('insert into schema_migration (version, name, checksum, incompatible) values ($1, $2, $3, $4)', [
    version,
    name,
    checksum,
    incompatible,
  ])
}

/** Lock timeouts, deadlocks, and the roles of the cluster, which migrations of two databases may be making at once. */
function isPassing(error: unknown): boolean {
  const rolesOfOthers = error instanceof Error && /pg_authid|pg_auth_members|tuple concurrently/.test(error.message)
  return ['55P03', '40P01', '40001', '42710'].includes(sqlState(error)) || rolesOfOthers
}

function fileName({ version, name }: { version: number; name: string }): string {
  return `${String(version).padStart(4, '0')}_${name}.sql`
}
