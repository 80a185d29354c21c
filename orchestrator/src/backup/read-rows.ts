import { type AdminConnection, copyOut } from '../storage/copy.ts'
import { type CatalogueTable, quote } from './read-catalogue.ts'

/** Rows are read by pages of the table, so many that about this much comes of it. */
const CHUNK_BYTES = 1 << 20
const FIRST_PAGES = 32
const MAX_PAGES = 4096

/** How values are written: the same on every server and with whatever settings. */
export const TEXT_SETTINGS = `set local datestyle = 'ISO, MDY'; set local timezone = 'UTC'; set local intervalstyle = 'postgres';
  set local extra_float_digits = 1; set local bytea_output = 'hex'; set local client_encoding = 'UTF8'`

/** Bytes of the tables' pages, for telling how far a reading has come. */
export interface ReadProgress {
  (table: string, doneBytes: number, totalBytes: number): void
}

/**
 * Reads every row of the tables within the open transaction and hands them on in chunks of `copy`'s text format, whole lines,
 * a megabyte or so each. `take` is awaited before the chunk after the next is read: memory stays bounded.
 */
export async function readRows(
  client: AdminConnection,
  tables: readonly CatalogueTable[],
  take: (table: number, lines: Buffer) => Promise<void>,
  progress: ReadProgress,
): Promise<void> {
  const sizes = await heapSizes(client, tables)
  const total = [...sizes.values()].reduce((sum, { pages, pageBytes }) => sum + pages * pageBytes, 0)
  let done = 0
  let taking: Promise<void> = Promise.resolve()
  for (const [at, table] of tables.entries()) {
    await client.query(table.readAs === null ? 'reset role' : `set local role ${quote(table.readAs)}`)
    for (const heap of table.heaps) {
      const { pages, pageBytes } = sizes.get(heap) ?? { pages: 0, pageBytes: 0 }
      for await (const { lines, upTo } of readHeap(client, heap, table.columns, pages)) {
        progress(table.name, done + upTo * pageBytes, total)
        await taking
        taking = lines.length === 0 ? taking : take(at, lines)
        // It is awaited a moment later; a failure meanwhile is not one that nobody hears.
        taking.catch(() => undefined)
      }
      done += pages * pageBytes
    }
  }
  await taking
  await client.query('reset role')
}

async function* readHeap(
  client: AdminConnection,
  heap: string,
  columns: readonly string[],
  pages: number,
): AsyncGenerator<{ lines: Buffer; upTo: number }> {
  const list = columns.map(quote).join(', ')
  let step = FIRST_PAGES
  for (let from = 0; from < pages;) {
    const to = Math.min(pages, from + step)
    const until = to < pages ? `and ctid < '(${to},0)'` : ''
    const lines = await copyOut(
      client,
      `copy (select ${list} from only ${quote(heap)} where ctid >= '(${from},0)' ${until}) to stdout`,
    )
    yield { lines, upTo: to }
    const wanted = Math.round((to - from) * Math.min(4, Math.max(0.1, CHUNK_BYTES / Math.max(1, lines.length))))
    step = Math.min(MAX_PAGES, Math.max(1, wanted))
    from = to
  }
}

async function heapSizes(client: AdminConnection, tables: readonly CatalogueTable[]) {
  const names = tables.flatMap(({ heaps }) => heaps)
  const { rows } = await client.query<{ name: string; pages: number; page_bytes: number }>(
    `select name, (pg_relation_size(format('%I', name)::regclass) / current_setting('block_size')::bigint)::integer as pages,
       (pg_table_size(format('%I', name)::regclass)
        / greatest(1, pg_relation_size(format('%I', name)::regclass) / current_setting('block_size')::bigint))::float8
       as page_bytes
     from unnest($1::text[]) as name`,
    [names],
  )
  return new Map(rows.map(({ name, pages, page_bytes: pageBytes }) => [name, { pages, pageBytes }]))
}
