import type { AdminConnection } from '../storage/copy.ts'
import type { Manifest } from './manifest.ts'
import { quote } from './read-catalogue.ts'

/** What was taken away for the loading, as the statements that put it back. */
export interface Loosened {
  /** May run side by side. */
  indexes: string[]
  /** One after the other, when the indexes are there: each proves that what rows refer to is there. */
  rules: string[]
}

/**
 * Makes the tables of a new, empty database ready to be filled in any order and at full speed: no foreign keys, no secondary
 * indexes, no triggers of ours, no row-level security over the owner (with which PostgreSQL refuses to load), and the
 * partitions of the backup.
 */
export async function loosen(client: AdminConnection, tables: Manifest['tables']): Promise<Loosened> {
  const loosened: Loosened = { indexes: [], rules: [] }
  await dropForeignKeys(client, loosened)
  await dropIndexes(client, loosened)
  await disableRules(client, loosened)
  // What migrations wrote themselves is in the backup as well.
  if (tables.length > 0) await client.query(`truncate ${tables.map(({ name }) => quote(name)).join(', ')}`)
  for (const table of tables) await makePartitions(client, table)
  return loosened
}

const OWN_TABLES = `c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`

async function dropForeignKeys(client: AdminConnection, loosened: Loosened): Promise<void> {
  const { rows } = await client.query<{ name: string; of: string; definition: string }>(
    `select k.conname as name, c.relname as of, pg_get_constraintdef(k.oid) as definition
     from pg_constraint k join pg_class c on c.oid = k.conrelid
     where ${OWN_TABLES} and k.contype = 'f' and k.conparentid = 0 order by 2, 1`,
  )
  for (const { name, of, definition } of rows) {
    await client.query(`alter table ${quote(of)} drop constraint ${quote(name)}`)
    loosened.rules.push(`alter table ${quote(of)} add constraint ${quote(name)} ${definition}`)
  }
}

async function dropIndexes(client: AdminConnection, loosened: Loosened): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select x.relname as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
     where ${OWN_TABLES} and c.relkind = 'r' and not i.indisprimary and not i.indisreplident and not i.indisclustered
       and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by 1`,
  )
  for (const { name, definition } of rows) {
    await client.query(`drop index ${quote(name)}`)
    loosened.indexes.push(definition)
  }
}

async function disableRules(client: AdminConnection, loosened: Loosened): Promise<void> {
  const { rows } = await client.query<{ name: string; forced: boolean }>(
    `select c.relname as name, c.relforcerowsecurity as forced from pg_class c where ${OWN_TABLES} order by 1`,
  )
  for (const { name, forced } of rows) {
    if (!forced) continue
    await client.query(`alter table ${quote(name)} no force row level security`)
    loosened.rules.push(`alter table ${quote(name)} force row level security`)
  }
  const triggers = await client.query<{ name: string; of: string; how: string }>(
    `select t.tgname as name, c.relname as of, t.tgenabled as how from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where ${OWN_TABLES} and not t.tgisinternal and t.tgenabled <> 'D' order by 2, 1`,
  )
  for (const { name, of, how } of triggers.rows) {
    await client.query(`alter table ${quote(of)} disable trigger ${quote(name)}`)
    const mode = how === 'A' ? 'enable always' : how === 'R' ? 'enable replica' : 'enable'
    loosened.rules.push(`alter table ${quote(of)} ${mode} trigger ${quote(name)}`)
  }
}

/** Bounds come from a sealed manifest, and were written by PostgreSQL. */
async function makePartitions(
  client: AdminConnection,
  { name, partitions }: Manifest['tables'][number],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select p.relname as name from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = $1::regclass`,
    [quote(name)],
  )
  for (const old of rows) await client.query(`drop table ${quote(old.name)}`)
  for (const partition of partitions) {
    await client.query(`create table ${quote(partition.name)} partition of ${quote(name)} ${partition.bound}`)
    // As `maintain_run_event` makes them: nobody but the parent's readers gets at a partition.
    await client.query(`alter table ${quote(partition.name)} enable row level security`)
  }
}
