import type { Config } from '../config/config.ts'
import { migrationStatus, MigrationMismatch } from '../storage/migrate.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { fault, type Finding, ok, skipped, warning } from './finding.ts'

/** Connections that migrations, backups and people need beside the orchestrators'. */
const SPARE = 10
/** The journal's own connection of each orchestrator. */
const JOURNAL = 1
/** Beyond this, what is told to people as a time is wrong. Leases go by the database's clock alone. */
const MAX_SKEW_MS = 2_000

export interface DatabaseOptions {
  /** The most orchestrators that run at once; null: as many as have a lease now. */
  replicas: number | null
  now: () => number
}

/** Room for all pools, clocks that agree, migrations that have run, and a role that row-level security binds. */
export async function lookAtDatabase(
  database: OpenedDatabase,
  settings: Config['database'],
  options: DatabaseOptions,
): Promise<Finding[]> {
  if (settings.kind === 'embedded') {
    const advice = 'For more than a trial, set DATABASE_URL to a PostgreSQL server.'
    const words = 'embedded: one process, and not safe against a loss of power'
    return [warning('Database', words, advice), await lookAtMigrations(database)]
  }
  try {
    await database.check()
  } catch (error) {
    const advice = 'Check DATABASE_URL, that the server runs, and that a firewall or policy lets this machine reach it.'
    return [fault('Database', `it does not answer: ${messageOf(error)}`, advice)]
  }
  if (settings.poolerUrl) {
    const wrong = await lookPastPooler(database)
    if (wrong !== null) return [wrong]
  }
  return [
    await lookAtServer(database),
    await lookAtHeadroom(database, settings, options),
    await lookAtClock(database, options.now),
    await lookAtMigrations(database),
  ]
}

/** What is wrong with the two ways to the database; null where both lead to the same one. */
async function lookPastPooler(database: OpenedDatabase): Promise<Finding | null> {
  try {
    const [past] = await asked<{ here: string }>(database, HERE)
    const [through] = await database.asSystem((tx) => tx.sql<{ here: string }>(HERE))
    if (past?.here === through?.here) return null
    const advice = 'Let both name the same database of the same server: one holds the questions, the other the answers.'
    return fault('Database', 'DATABASE_POOLER_URL leads to another database than DATABASE_URL', advice)
  } catch (error) {
    const advice = 'Check DATABASE_URL and DATABASE_POOLER_URL, and that this machine may reach both.'
    return fault('Database', `it answers one way alone: ${messageOf(error)}`, advice)
  }
}

/** No two databases have all three the same. */
const HERE = `select concat_ws(' ', pg_postmaster_start_time(), oid, datname) as here
  from pg_database where datname = current_database()`

async function lookAtServer(database: OpenedDatabase): Promise<Finding> {
  const [row] = await asked<{ version: number; name: string; superuser: boolean }>(
    database,
    `select current_setting('server_version_num')::integer as version, current_setting('server_version') as name,
      (select rolsuper or rolbypassrls from pg_roles where rolname = session_user) as superuser`,
  )
  if (row === undefined) return skipped('Database', 'the server told nothing of itself')
  if (row.version < 140_000) {
    return fault('Database', `PostgreSQL ${row.name} is too old`, 'Upgrade the server to PostgreSQL 14 or newer.')
  }
  if (row.superuser) {
    const advice =
      'Make a role for it that owns the database and is no superuser (k8s/components/postgres/init-role.sh).'
    return warning('Database', `PostgreSQL ${row.name}; the orchestrator logs in as a superuser`, advice)
  }
  return ok('Database', `PostgreSQL ${row.name}, and the orchestrator is no superuser`)
}

async function lookAtHeadroom(
  database: OpenedDatabase,
  { poolerUrl, poolSize, maxOverflow }: Config['database'] & { kind: 'postgres' },
  { replicas }: DatabaseOptions,
): Promise<Finding> {
  const [row] = await asked<{ most: number; reserved: number; used: number; workers: number }>(
    database,
    `select current_setting('max_connections')::integer as most,
      current_setting('superuser_reserved_connections')::integer as reserved,
      (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as used,
      ${(await hasWorkers(database)) ? '(select count(*)::integer from worker where lease_until > now())' : '1'} as workers`,
  )
  if (row === undefined) return skipped('Connections', 'the server told nothing of itself')
  if (poolerUrl)
    return ok('Connections', `a pooler decides how many; ${row.used} of ${row.most - row.reserved} open now`)
  const running = replicas ?? Math.max(1, row.workers)
  const each = poolSize + maxOverflow + JOURNAL
  // One orchestrator more during a rollout.
  const needed = (running + 1) * each + SPARE
  const room = row.most - row.reserved
  const sum = `${running} + 1 orchestrators × (${poolSize} + ${maxOverflow} + ${JOURNAL}) + ${SPARE} = ${needed} of ${room}; ${row.used} open now`
  if (needed <= room) return ok('Connections', sum)
  const size = Math.max(2, Math.floor((room - SPARE) / (running + 1)) - JOURNAL)
  const advice = `Set DATABASE_POOL_SIZE and DATABASE_MAX_OVERFLOW to ${size} together, or raise max_connections above ${needed + row.reserved}.`
  return (replicas === null ? warning : fault)('Connections', sum, advice)
}

async function lookAtClock(database: OpenedDatabase, now: () => number): Promise<Finding> {
  const before = now()
  const [row] = await asked<{ ms: number }>(
    database,
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  )
  const after = now()
  if (row === undefined) return skipped('Clock', 'the server told no time')
  // Anywhere between asking and hearing: only what lies outside of that is skew.
  const skew = row.ms < before ? row.ms - before : row.ms > after ? row.ms - after : 0
  const words = `${Math.round(Math.abs(skew))} ms ${skew < 0 ? 'behind' : 'ahead of'} this machine's`
  if (Math.abs(skew) <= MAX_SKEW_MS) return ok('Clock', `the database's clock is ${skew === 0 ? 'equal to' : words}`)
  return fault(
    'Clock',
    `the database's clock is ${words}`,
    'Let both machines take their time from NTP (chrony, systemd-timesyncd).',
  )
}

async function lookAtMigrations(database: OpenedDatabase): Promise<Finding> {
  try {
    const pending = (await migrationStatus(database)).filter(({ state }) => state === 'pending')
    if (pending.length === 0) return ok('Migrations', 'all have run')
    const names = pending.map(({ name }) => name).join(', ')
    return fault('Migrations', `pending: ${names}`, 'Run node scripts/in-runtime.mjs scripts/migrate.ts up.')
  } catch (error) {
    if (!(error instanceof MigrationMismatch)) throw error
    return fault('Migrations', error.message, 'Run the version of the code that made this database, or a newer one.')
  }
}

async function hasWorkers(database: OpenedDatabase): Promise<boolean> {
  const [row] = await asked<{ there: boolean }>(database, `select to_regclass('worker') is not null as there`)
  return row?.there === true
}

function asked<Row extends object>(database: OpenedDatabase, sql: string): Promise<Row[]> {
  return database.administer(async (client) => (await client.query<Row>(sql)).rows)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
