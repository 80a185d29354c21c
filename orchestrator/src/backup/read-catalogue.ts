import type { AdminConnection } from '../storage/copy.ts'
import { BackupError } from './backup-error.ts'

/** A table as the catalogue has it. */
export interface CatalogueTable {
  name: string
  columns: string[]
  partitions: { name: string; bound: string }[]
  /** The relations that hold its rows: itself, or its partitions. */
  heaps: string[]
  /** The role that sees all of its rows; null for the one that has logged in. */
  readAs: string | null
}

export interface Sequence {
  name: string
  value: string
  called: boolean
}

/** Written by `migrate`, and compared with its own record in the manifest. */
const NOT_DATA = ['schema_migration']

/**
 * Every table of the product, from the catalogue: whatever a migration adds is in the next backup.
 *
 * @throws {BackupError} with the table's name where row-level security would hide rows from both roles, which nothing else
 * would tell
 */
export async function readTables(client: AdminConnection): Promise<CatalogueTable[]> {
  const { rows } = await client.query<Row>(TABLES)
  return rows
    .filter(({ name }) => !NOT_DATA.includes(name))
    .map(({ name, columns, partitions, bound, open_to_system: openToSystem, nested }) => {
      if (nested) throw new BackupError(`${name} has partitions of partitions, which backups do not know yet`)
      if (bound && !openToSystem) {
        throw new BackupError(
          `${name} cannot be read whole: row-level security binds the login role, and ${SYSTEM_ROLE} has no policy for all rows`,
        )
      }
      const heaps = partitions === null ? [name] : partitions.map((partition) => partition.name)
      return { name, columns, partitions: partitions ?? [], heaps, readAs: bound ? SYSTEM_ROLE : null }
    })
}

const SYSTEM_ROLE = 'ai_assistant_system'

interface Row {
  name: string
  columns: string[]
  /** Null where it is not partitioned. */
  partitions: { name: string; bound: string }[] | null
  nested: boolean
  bound: boolean
  open_to_system: boolean
}

// Partitions are read one by one, as their owner or as a superuser; only what the parent says binds the product's roles.
const TABLES = `
  select c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    case when c.relkind = 'p' then coalesce(
      (select json_agg(json_build_object('name', p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
       from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), '[]') end as partitions,
    exists (select from pg_inherits i join pg_class p on p.oid = i.inhrelid
      where i.inhparent = c.oid and p.relkind = 'p') as nested,
    c.relkind = 'r' and row_security_active(c.oid) as bound,
    has_table_privilege('${SYSTEM_ROLE}', c.oid, 'select')
      and exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname
        and p.permissive = 'PERMISSIVE' and p.qual = 'true' and p.cmd in ('ALL', 'SELECT')
        and p.roles && array['${SYSTEM_ROLE}', 'public']::name[])
      and not exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname
        and p.permissive = 'RESTRICTIVE') as open_to_system
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
  order by 1`

export async function readSequences(client: AdminConnection): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace order by 1`,
  )
  const sequences: Sequence[] = []
  for (const { name } of rows) {
    const found = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${quote(name)}`,
    )
    sequences.push({ name, value: found.rows[0]?.value ?? '1', called: found.rows[0]?.called ?? false })
  }
  return sequences
}

/** A table's rules beside its columns: what loading takes away, and must put back as it was. */
export async function readRules(client: AdminConnection): Promise<string[]> {
  const { rows } = await client.query<{ rule: string }>(`
    with own as (
      select oid, relname, relrowsecurity, relforcerowsecurity from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition)
    select format('constraint %s of %s: %s', k.conname, own.relname, pg_get_constraintdef(k.oid)) as rule
      from own join pg_constraint k on k.conrelid = own.oid
    union all select pg_get_indexdef(i.indexrelid) from own join pg_index i on i.indrelid = own.oid
    union all select format('trigger %s of %s: %s', t.tgname, own.relname, t.tgenabled) from own
      join pg_trigger t on t.tgrelid = own.oid where not t.tgisinternal
    union all select format('row security of %s: %s %s', relname, relrowsecurity, relforcerowsecurity) from own
    union all select format('policy %s of %s: %s', policyname, tablename, concat_ws(' ', roles, cmd, qual, with_check))
      from pg_policies where schemaname = 'public'
    order by 1`)
  return rows.map(({ rule }) => rule)
}

/** Names come from the catalogue, or from a sealed manifest; quoted all the same. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
