import pg from 'pg'
import { watchPool } from '../postgres/open-pool.ts'
import type { StorageLog } from '../storage-log.ts'
import { valueTypes } from '../value-types.ts'
import type { EmbeddedServer } from './embedded-server.ts'
import { WireStream } from './wire-stream.ts'

/** Long enough for the longest piece of work before ours; a session used inside a transaction ends here too, not in a deadlock. */
const CONNECT_TIMEOUT_MS = 30_000

/** The same pool as for a server, of the one connection that the embedded database has. */
export function openEmbeddedPool(server: EmbeddedServer, log: StorageLog): pg.Pool {
  const options: pg.PoolConfig & { pipeline: true } = {
    // As with a server: what does not wait for each other shares a trip to the thread.
    pipeline: true,
    host: 'embedded',
    port: 1,
    user: 'postgres',
    database: 'postgres',
    password: '',
    ssl: false,
    min: 1,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    types: valueTypes,
    stream: () => new WireStream(server),
  }
  const pool = new pg.Pool(options)
  watchPool(pool, log)
  return pool
}
