import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDirectoryStore } from '../../../orchestrator/src/backup/directory-store.ts'
import type { KeyRing } from '../../../orchestrator/src/backup/keys.ts'
import { makeBackup } from '../../../orchestrator/src/backup/make-backup.ts'
import { restoreBackup } from '../../../orchestrator/src/backup/restore-backup.ts'
import { migrate } from '../../../orchestrator/src/storage/migrate.ts'
import { openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import { buildSearchIndexes } from '../../../orchestrator/src/storage/search-indexes.ts'
import { startPostgres } from '../../system/src/services/postgres.ts'

const log = { debug: () => undefined, info: () => undefined, warn: console.warn }
const keys: KeyRing = [{ name: 'BACKUP_KEY', value: 'a key of the tests' }]
/** Of a question or an answer, on average: a few paragraphs. */
const WORDS = 60

/** Prints how long a backup and a restore take for so many messages, on a PostgreSQL that writes to its disk. */
export async function measure(messages: number): Promise<void> {
  const server = await startPostgres({ version: 'embedded', fsync: true, settings: { max_wal_size: '4GB' } })
  if (server === null) throw new Error('There is no PostgreSQL here')
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-measure-'))
  try {
    const settings = { kind: 'postgres' as const, url: await server.createDatabase(), poolSize: 2, maxOverflow: 2 }
    await seed(settings, messages)
    const store = openDirectoryStore(folder)
    const phases = stopwatch()
    const kept = { days: 30, count: null }
    const options = { settings, stores: [store] as [typeof store], keys, secretKey: null, version: '0', kept, log }
    const { run, failure } = await makeBackup({ ...options, verify: true, progress: phases.hear })
    if (failure !== null || run.name === null) throw failure
    console.log(`Backup of ${messages} messages: ${run.bytes} bytes; ${phases.tell()}; ${run.durationMs} ms in all`)
    const again = stopwatch()
    const spent = await processorSeconds(server.pid)
    const began = performance.now()
    await restoreBackup({ settings, store, keys, name: run.name, dryRun: false, log, progress: again.hear })
    const [took, work] = [performance.now() - began, (await processorSeconds(server.pid)) - spent]
    console.log(
      `Restore until it is live: ${again.tell()}; ${Math.round(took)} ms in all, ${work.toFixed(1)} s of the processors`,
    )
    const searchBegan = performance.now()
    const live = await openDatabase(settings, { log })
    await buildSearchIndexes(live)
    await live.close()
    console.log(`Index of search, afterwards: ${Math.round(performance.now() - searchBegan)} ms`)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function seed(settings: Parameters<typeof openDatabase>[0], messages: number): Promise<void> {
  const database = await openDatabase(settings, { log })
  await migrate(database, { log })
  await database.administer(async (client) => {
    // It takes longer than all the rest, and no backup reads it.
    await client.query('drop index message_words')
    await client.query(`insert into app_user (id, name, role) values (gen_random_uuid(), 'Ann', 'member')`)
    await client.query(
      `create temporary table talk as select uuidv7() as id, n - 1 as at
       from generate_series(1, greatest(1, $1::integer / 20 + 1)) n`,
      [messages],
    )
    await client.query(
      `insert into conversation (id, owner_id, title) select id, (select id from app_user), 'Talk ' || at from talk`,
    )
    await client.query('analyze talk')
    const made = await client.query(
      `with said as (select n, uuidv7() as id, (select string_agg(substr(md5((n * 100 + w)::text), 1, 3 + w % 7), ' ')
           from generate_series(1, $2::integer) w) as words from generate_series(1, $1::integer) n)
       insert into message (id, conversation_id, owner_id, parent_id, role, parts, words, state)
       select said.id, talk.id, (select id from app_user), lag(said.id) over (partition by talk.id order by n),
         case when n % 2 = 1 then 'user' else 'assistant' end,
         jsonb_build_array(jsonb_build_object('type', 'text', 'text', words)), words, 'complete'
       from said join talk on talk.at = (n - 1) / 20`,
      [messages, WORDS],
    )
    await client.query(
      `insert into run (id, owner_id, conversation_id, message_id, user_message_id, kind, state, ended_at)
       select uuidv7(), owner_id, conversation_id, id, parent_id, 'submit', 'complete', now() from message where role = 'assistant'`,
    )
    await client.query(
      `insert into usage_entry (id, owner_id, run_id, conversation_id, item, attempt, kind, name, input_tokens, output_tokens)
       select uuidv7(), owner_id, id, conversation_id, 'model-1', 1, 'model', 'some-model', 900, 80 from run`,
    )
    const size = await client.query('select pg_database_size(current_database()) as bytes')
    console.log(
      `${made.rowCount} messages of ${WORDS} words, each second one with its run and its entry in the ledger, ${size.rows[0].bytes} bytes without the index of search`,
    )
  })
  await database.close()
}

/** What this process and the server with its children have used of the processors, dead children included. */
async function processorSeconds(pid: number): Promise<number> {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1e6
  const stats = await Promise.all([pid, ...(await childrenOf(pid))].map(timesOf))
  return own + stats.reduce((sum, seconds) => sum + seconds, 0)
}

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)
}

/** In hundredths of a second, as Linux counts: of itself, and of the children it has buried. */
async function timesOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / 100
}

function stopwatch() {
  const began = new Map<string, number>()
  return {
    hear: (phase: string) => void (began.has(phase) || began.set(phase, performance.now())),
    tell: () => {
      const starts = [...began.entries(), ['', performance.now()] as const]
      return starts
        .slice(0, -1)
        .map(([phase, start], at) => `${phase} ${Math.round((starts[at + 1]?.[1] ?? 0) - start)} ms`)
        .join(', ')
    },
  }
}
