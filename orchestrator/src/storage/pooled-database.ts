import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolClient } from 'pg'
import type { Database, Session, Statement } from './database.ts'
import { cut, leavePipeline } from './driver-stream.ts'
import { unavailable } from './failure.ts'
import { createStatementNames } from './statement-names.ts'
import { Transaction } from './transaction.ts'

/** How often a transaction that PostgreSQL rolled back because of others is run again. */
const MAX_RETRIES = 3
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export interface PooledDatabaseParts {
  kind: Database['kind']
  pool: Pool
  /** Connections that keep their settings and locks from one statement to the next. */
  administration: Pool
  /** The longest a statement may go unanswered, in milliseconds; 0 for no limit. */
  deadlineMs: number
  /** SQL to run on a checked-out connection before `begin`, in the same round trip; '' for none. */
  clean(client: PoolClient): string
  /** SQL behind each `begin`, where connections keep no settings; else ''. */
  settings: string
  openSession(): Session
  /** Copies the embedded database to a new directory. */
  snapshot?: (directory: string) => Promise<void>
  close(): Promise<void>
}

/** What operators' scripts and migrations use beside `Database`. */
export interface OpenedDatabase extends Database {
  /**
   * A connection of the login role itself, outside any transaction and without time limits. Row-level security may not bind
   * it: for migrations alone.
   */
  administer<T>(work: (client: PoolClient) => Promise<T>): Promise<T>
  /** The embedded database alone: copies it, as it is at this moment, to a new directory that can be opened as another one. */
  snapshot: ((directory: string) => Promise<void>) | null
}

/** `Database` over a pool. Every transaction puts on its role itself, so the pool may be behind a transaction pooler. */
export function createPooledDatabase(parts: PooledDatabaseParts): OpenedDatabase {
  const { kind, pool } = parts
  const nameStatement = createStatementNames()
  const inside = new AsyncLocalStorage<{ open: boolean }>()

  async function transact<T>(role: Role, prelude: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (inside.getStore()?.open) {
      throw new Error(
        'A transaction was opened inside the work of another: pass the Tx down, or open it after the other has ended',
      )
    }
    for (let retries = 0; ; retries++) {
      const attempt = await tryOnce(role, prelude, work)
      if (attempt.done) return attempt.result
      if (!attempt.again || retries === MAX_RETRIES) throw attempt.error
      await pause(retries)
    }
  }

  async function tryOnce<T>(role: Role, prelude: string, work: (tx: Transaction) => Promise<T>): Promise<Attempt<T>> {
    const client = await checkOut(pool)
    const tx = new Transaction(client, parts.deadlineMs, (text) => nameStatement(role, text))
    const scope = { open: true }
    const onError = (error: Error) => tx.lose(error)
    client.on('error', onError)
    try {
      tx.begin(parts.clean(client) + prelude)
      const result = await inside.run(scope, () => work(tx))
      await tx.commit()
      return { done: true, result }
    } catch (error) {
      await tx.rollback()
      return { done: false, error, again: tx.retryable || tx.stale }
    } finally {
      scope.open = false
      client.off('error', onError)
      if (tx.broken) cut(client)
      client.release(tx.broken)
    }
  }

  const BEGIN = `begin${parts.settings}`
  const AS_SYSTEM = `${BEGIN}; set local role ai_assistant_system`

  return {
    kind,
    asSystem: (work) => transact('system', AS_SYSTEM, work),
    readAsSystem: <R>(statement: Statement) =>
      transact('system', AS_SYSTEM, async (tx) => (await tx.endWith([statement]))[0] as R[]),
    readBothAsSystem: <A, B>(first: Statement, second: Statement) =>
      transact('system', AS_SYSTEM, async (tx) => (await tx.endWith([first, second])) as [A[], B[]]),
    asPerson: async (personId, work) => {
      if (!UUID.test(personId)) throw new TypeError('A person is named by a UUID')
      return transact('app', `${BEGIN}; set local role ai_assistant_app; set local app.person_id = '${personId}'`, work)
    },
    openSession: () => parts.openSession(),
    check: () => transact('login', BEGIN, async (tx) => void (await tx.sql(REFUSE_READ_ONLY))),
    stats: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    administer: (work) => administer(parts, work),
    snapshot: parts.snapshot ?? null,
    close: () => parts.close(),
  }
}

/** Whose rights a transaction has. PostgreSQL plans anew where one prepared statement is used by several. */
type Role = 'system' | 'app' | 'login'

type Attempt<T> = { done: true; result: T } | { done: false; error: unknown; again: boolean }

async function checkOut(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw unavailable(error)
  }
}

/** Full jitter: two transactions that met must not meet again. */
function pause(retries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** retries))
}

/** 25006 makes the connection one that is not kept: behind the same name may be another, writable server by now. */
const REFUSE_READ_ONLY = `do $$ begin
  if current_setting('transaction_read_only') = 'on' then
    raise exception using errcode = '25006', message = 'it answers, but takes no writes';
  end if;
end $$`

async function administer<T>(parts: PooledDatabaseParts, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await checkOut(parts.administration)
  let failed = true
  let returnToPipeline = (): void => undefined
  try {
    await client.query(
      `${parts.clean(client)}reset role; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0`,
    )
    returnToPipeline = leavePipeline(client)
    const result = await work(client)
    failed = false
    return result
  } finally {
    // It may have changed the session in any way: on a server it is thrown away, on the embedded one it is reset.
    returnToPipeline()
    client.release(failed || parts.kind === 'postgres')
  }
}
