import type pg from 'pg'
import type { ClientBase } from 'pg'
import { ask } from '../ask.ts'
import { cut } from '../driver-stream.ts'
import type { StorageLog } from '../storage-log.ts'
import { clientOptions, CONNECT_TIMEOUT_MS } from './client-options.ts'
import { PatientPool, type PoolSize } from './patient-pool.ts'

/** A statement of a request that runs longer is cancelled by the server, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 15_000
/** A statement unanswered for so long is answered by nobody: the server's own timeout has passed. */
export const DEADLINE_MS = STATEMENT_TIMEOUT_MS + 5_000
const IDLE_ABOVE_KEPT_MS = 10_000
/**
 * The longest a transaction may wait for its next statement, in milliseconds. Of ours none waits for anybody outside: behind
 * one that does is a host that has vanished, and the answer whose row it holds cannot be taken over until it is gone.
 */
const IDLE_IN_TRANSACTION_MS = 10_000

/** What every connection works under, or `local`ly one transaction. */
function settingsOf(scope: 'session' | 'local'): string {
  return `set ${scope} statement_timeout = ${STATEMENT_TIMEOUT_MS};
    set ${scope} idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS};
    select set_config('synchronous_commit', 'on', ${scope === 'local'}) where current_setting('synchronous_commit') = 'off'`
}

const SETTINGS = settingsOf('session')

/** Behind a transaction pooler the next transaction may be on another connection, which nobody has prepared. */
export const SETTINGS_OF_TRANSACTION = settingsOf('local')

/** Connections that are not kept are closed when idle. `throughPooler`: they are a transaction pooler's, and not prepared. */
export function openPool(url: string, size: PoolSize, log: StorageLog, throughPooler = false): pg.Pool {
  const options: pg.PoolConfig & { pipeline: true } = {
    ...clientOptions(url),
    // Statements leave as they come: those of a transaction that do not wait for each other share a trip to the server.
    pipeline: true,
    idleTimeoutMillis: IDLE_ABOVE_KEPT_MS,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; only its type does not say so
    onConnect: (client) => (throughPooler ? Promise.resolve() : prepare(client)),
  }
  const refused = (error: unknown): void =>
    log.warn({ err: error }, 'the server gives no more connections: requests wait for one')
  const pool = new PatientPool(options, size, refused)
  watchPool(pool, log)
  return pool
}

async function prepare(client: ClientBase): Promise<void> {
  try {
    await ask(client, SETTINGS, CONNECT_TIMEOUT_MS)
  } catch (error) {
    // The pool would wait for its answer.
    cut(client)
    throw error
  }
}

/** An 'error' that nobody hears ends the process: the pool tells of idle connections, checked-out ones tell it themselves. */
export function watchPool(pool: pg.Pool, log: StorageLog): void {
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'))
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug({ err: error }, 'a database connection was lost'))
  })
}
