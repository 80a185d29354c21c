import pg from 'pg'

/** What the server itself changes all the time, and the record of the backups, which is written after the cut. */
const RESTLESS = ['worker', 'backup_run', 'schema_migration']

/** A checksum of each table by PostgreSQL's own means, which share nothing with those of the backups. */
export async function sumTables(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and not relispartition and relname <> all($1) order by 1`,
      [RESTLESS],
    )
    const sums: Record<string, string> = {}
    for (const { name } of tables) {
      const { rows } = await client.query<{ sum: string }>(
        `select count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from "${name}" t`,
      )
      sums[name] = rows[0]?.sum ?? ''
    }
    return sums
  } finally {
    await client.end()
  }
}
