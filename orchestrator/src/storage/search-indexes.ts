import { cut } from './driver-stream.ts'
import type { OpenedDatabase } from './pooled-database.ts'

/**
 * The indexes that make search fast and nothing else: without one, search finds the same, more slowly. Building them takes
 * longer than all else of a restore, so that is done when people are at work again. As the migrations make them.
 */
export const searchIndexes = [
  index('conversation_title_words', 'public.conversation USING gin (title gin_trgm_ops)'),
  index('message_words', 'public.message USING gin (words gin_trgm_ops)'),
]

/** `definition` is how PostgreSQL itself tells it. */
function index(name: string, on: string) {
  return {
    name,
    definition: `CREATE INDEX ${name} ON ${on}`,
    beside: `create index concurrently ${name} on ${on}`,
  }
}

/** Any number that nobody else uses as an advisory lock of this database. */
const LOCK = 7_231_946_503

/**
 * Builds those that are missing beside whoever reads and writes, and returns their names. Any process may call it at any time:
 * one works, the others return at once; what a killed one left is built again. Aborted, it leaves the server alone with it.
 */
export async function buildSearchIndexes(database: OpenedDatabase, options: BuildOptions = {}): Promise<string[]> {
  const { signal, progress = () => undefined } = options
  return database.administer(async (client) => {
    signal?.addEventListener('abort', () => cut(client), { once: true })
    const { rows } = await client.query<{ name: string }>(MISSING, [searchIndexes.map(({ name }) => name)])
    if (rows.length === 0) return []
    const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK])
    if (lock.rows[0]?.mine !== true) return []
    try {
      // One core and no more: people are at work.
      await client.query(`set maintenance_work_mem = '256MB'; set max_parallel_maintenance_workers = 0`)
      const missing = searchIndexes.filter(({ name }) => rows.some((row) => row.name === name))
      for (const [at, { name, beside }] of missing.entries()) {
        progress(at, missing.length)
        // One that was not finished has the name already.
        await client.query(`drop index if exists ${name}`)
        await client.query(beside)
      }
      progress(missing.length, missing.length)
      return missing.map(({ name }) => name)
    } finally {
      // If the connection is gone, so is its lock.
      await client.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined)
    }
  })
}

export interface BuildOptions {
  signal?: AbortSignal
  progress?: (done: number, total: number) => void
}

const MISSING = `select name from unnest($1::text[]) as name
  where not exists (select from pg_index where indexrelid = to_regclass(name) and indisvalid)`
