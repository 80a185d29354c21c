import { EmbeddedServer } from './embedded/embedded-server.ts'
import { openEmbeddedPool } from './embedded/open-embedded-pool.ts'
import { SharedConnection } from './embedded/shared-connection.ts'
import type { EmbeddedStep } from './embedded/worker-messages.ts'
import { createPooledDatabase, type OpenedDatabase } from './pooled-database.ts'
import { DEADLINE_MS, openPool, SETTINGS_OF_TRANSACTION } from './postgres/open-pool.ts'
import { OwnConnection } from './postgres/session-connection.ts'
import { createSession } from './statement-session.ts'
import type { StorageLog } from './storage-log.ts'

/** Mirrors `Config['database']`. */
export type DatabaseSettings =
  | { kind: 'postgres'; url: string; poolerUrl?: string | null; poolSize: number; maxOverflow: number }
  | { kind: 'embedded'; directory: string }

export interface OpenDatabaseOptions {
  log: StorageLog
  /** Hears of the embedded database's first start, which takes seconds. */
  progress?: (step: EmbeddedStep) => void
}

/**
 * Opens the database. A server is first spoken to by the first transaction or `check()`; the embedded database is started
 * here, and rejects with `DirectoryInUse` where another process has its directory.
 */
export async function openDatabase(settings: DatabaseSettings, options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  return settings.kind === 'postgres' ? openServer(settings, options) : openEmbedded(settings, options)
}

function openServer(
  { url, poolerUrl = null, poolSize, maxOverflow }: DatabaseSettings & { kind: 'postgres' },
  { log }: OpenDatabaseOptions,
): OpenedDatabase {
  // A script that keeps none opens its few at once.
  const size = { kept: poolSize, atOnce: poolSize || maxOverflow, most: poolSize + maxOverflow }
  const pool = openPool(poolerUrl ?? url, size, log, poolerUrl !== null)
  // What needs a connection of its own, for its settings or its locks, goes past the pooler.
  const administration = poolerUrl === null ? pool : openPool(url, OPERATORS, log)
  return createPooledDatabase({
    kind: 'postgres',
    pool,
    administration,
    deadlineMs: DEADLINE_MS,
    clean: () => '',
    settings: poolerUrl === null ? '' : `; ${SETTINGS_OF_TRANSACTION}`,
    openSession: () => createSession(new OwnConnection(url, log), DEADLINE_MS),
    close: async () => {
      await pool.end()
      if (administration !== pool) await administration.end()
    },
  })
}

/** Past a pooler, beside the journal's. */
const OPERATORS = { kept: 0, atOnce: 3, most: 3 }

async function openEmbedded(
  { directory }: DatabaseSettings & { kind: 'embedded' },
  { log, progress }: OpenDatabaseOptions,
): Promise<OpenedDatabase> {
  const server = new EmbeddedServer(directory, log, progress ?? (() => undefined))
  await server.start()
  const pool = openEmbeddedPool(server, log)
  const shared = new SharedConnection(pool)
  return createPooledDatabase({
    kind: 'embedded',
    pool,
    administration: pool,
    // It is in this process, and cannot be out of reach; and after a laptop's sleep every deadline would have passed.
    deadlineMs: 0,
    clean: (client) => shared.clean(client),
    settings: '',
    openSession: () => createSession(shared, 0),
    snapshot: async (copy) => void (await server.request({ kind: 'snapshot', directory: copy })),
    close: async () => {
      await pool.end()
      await server.close()
    },
  })
}
