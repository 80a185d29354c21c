import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { failpoint } from '../../lib/failpoint.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { clientOptions } from './client-options.ts'
import { withDatabase } from './create-database.ts'

/** Databases beside the one of a URL, on its server: made, dropped and put into its place. */
export interface DatabaseManager {
  /** The name of the URL's own. */
  readonly live: string
  /** Whether the login role may make databases at all. */
  readonly mayCreate: boolean
  urlOf(name: string): string
  exists(name: string): Promise<boolean>
  /** Names that begin so, in order. */
  list(prefix: string): Promise<string[]>
  /** Empty, with the live one's owner, encoding and collation. */
  create(name: string): Promise<void>
  drop(name: string): Promise<void>
  /**
   * Gives `next` the live one's name, and the live one `keepAs`: both in one transaction, so that at every moment there is a
   * database of that name. Connections to the live one are ended; those that come meanwhile wait, and find the new one.
   */
  swap(next: string, keepAs: string): Promise<void>
  close(): Promise<void>
}

/**
 * Connects to the server's maintenance database and takes the lock of this purpose there.
 *
 * @throws {DatabaseUnavailable} where another process holds it, or the server cannot be reached
 */
export async function openDatabaseManager(url: string, purpose: string): Promise<DatabaseManager> {
  const { database: live } = new pg.Client(clientOptions(url))
  if (live === undefined) throw new Error('DATABASE_URL names no database')
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ mine: boolean; may_create: boolean }>(
      `select pg_try_advisory_lock(hashtextextended($1, 0)) as mine,
         (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as may_create`,
      [`ai-assistant ${purpose} ${live}`],
    )
    if (rows[0]?.mine !== true) throw new DatabaseUnavailable(`Another process is ${purpose} ${live}: wait for it`)
    return managerOf(url, live, client, rows[0].may_create)
  } catch (error) {
    await client.end()
    throw error
  }
}

function managerOf(url: string, live: string, client: pg.Client, mayCreate: boolean): DatabaseManager {
  const names = async (sql: string, value: string): Promise<string[]> =>
    (await client.query<{ name: string }>(sql, [value])).rows.map(({ name }) => name)
  return {
    live,
    mayCreate,
    urlOf: (name) => withDatabase(url, encodeURIComponent(name)),
    exists: async (name) =>
      (await names('select datname::text as name from pg_database where datname = $1', name)).length > 0,
    list: (prefix) =>
      names('select datname::text as name from pg_database where starts_with(datname::text, $1) order by 1', prefix),
    create: (name) => create(client, live, name),
    drop: async (name) =>
      void (await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`)),
    swap: (next, keepAs) => swap(url, client, { live, next, keepAs }),
    close: () => client.end(),
  }
}

async function create(client: pg.Client, live: string, name: string): Promise<void> {
  const { rows } = await client.query<{ owner: string; mine: boolean; collate: string; ctype: string; libc: boolean }>(
    `select pg_get_userbyid(datdba)::text as owner, pg_has_role(datdba, 'member') as mine, datcollate::text as collate,
       datctype::text as ctype, coalesce(to_jsonb(d)->>'datlocprovider', 'c') = 'c' as libc
     from pg_database d where datname = $1`,
    [live],
  )
  const [like] = rows
  const owner = like?.mine === true ? `owner ${pg.escapeIdentifier(like.owner)}` : ''
  const locale = like?.libc
    ? `lc_collate ${pg.escapeLiteral(like.collate)} lc_ctype ${pg.escapeLiteral(like.ctype)}`
    : ''
  await client.query(
    `create database ${pg.escapeIdentifier(name)} ${owner} encoding 'UTF8' ${locale} template template0`,
  )
}

/** PostgreSQL itself waits for five seconds for a renamed database's connections to end. */
async function swap(
  url: string,
  client: pg.Client,
  { live, next, keepAs }: { live: string; next: string; keepAs: string },
): Promise<void> {
  const ender = await connect(url)
  let renaming = true
  try {
    await client.query('begin')
    const { rows } = await client.query('select from pg_database where datname = $1', [live])
    const renamed =
      rows.length === 0
        ? Promise.resolve()
        : client.query(`alter database ${pg.escapeIdentifier(live)} rename to ${pg.escapeIdentifier(keepAs)}`)
    const ending = (async () => {
      // The renaming holds the database's lock: who is ended cannot come back before it is over.
      for (; renaming; await sleep(50)) {
        await ender.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = any($1) and pid <> pg_backend_pid()',
          [[live, next]],
        )
      }
    })()
    await renamed.finally(() => (renaming = false))
    await ending
    failpoint('restore.swapping')
    await client.query(`alter database ${pg.escapeIdentifier(next)} rename to ${pg.escapeIdentifier(live)}`)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    renaming = false
    await ender.end()
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(clientOptions(withDatabase(url, 'postgres')))
  // A lost connection is told by the next statement.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    throw new DatabaseUnavailable(`The database server cannot be reached: ${String(error)}`, { cause: error })
  }
}
