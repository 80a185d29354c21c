import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelSimulator, type ModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { migratedDatabase, type TestDatabase } from '../../../tests/system/src/test-database.ts'
import { createApp } from '../../src/app.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { openDatabase } from '../../src/storage/open-database.ts'
import type { OpenedDatabase } from '../../src/storage/pooled-database.ts'
import { createApiClient, type ApiClient } from './api-client.ts'

export const SECRET_KEY = 'a-secret-key-for-tests-that-is-long-enough'

export interface TestApp {
  url: string
  /** Signed in as the owner. */
  client: ApiClient
  simulator: ModelSimulator
  database: TestDatabase
  /** A client nobody has signed in. */
  stranger: ApiClient
  /** A fresh code for the owner. */
  ownerCode(): Promise<string>
  close(patienceMs?: number): Promise<void>
}

export interface TestAppOptions {
  /** What the simulated model does, as its name says. */
  model?: string
  env?: Record<string, string>
  /** Of an earlier app, to be another replica beside it, or its next life. */
  database?: TestDatabase
  simulator?: ModelSimulator
  dataDir?: string
  /** Is given every line of the log, down to the least level. */
  logTo?: (line: string) => void
  /** Puts something between the orchestrator and its database: faults, for one. */
  wrap?: (database: OpenedDatabase) => OpenedDatabase
  /** False: nobody is the owner yet, and `client` is nobody. */
  owner?: boolean
}

/** The whole orchestrator in this process: a real database, HTTP on loopback, and a simulated model behind it. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const settings = options.database ?? (await migratedDatabase())
  const simulator = options.simulator ?? (await startModelSimulator())
  if (!options.simulator) onTestFinished(() => simulator.close())
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ai-assistant-app-')))
  const config = await configFor(options, simulator, settings, dataDir)
  const log = options.logTo
    ? pino({ level: 'trace' }, { write: options.logTo })
    : pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const database = await openDatabase(config.database, { log })
  await migrate(database, { log })
  const app = await createApp({ config, database: options.wrap?.(database) ?? database, log, env: {} })
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 })
  let closed = false
  const close = async (patienceMs = 0): Promise<void> => {
    if (closed) return
    closed = true
    await app.close(patienceMs)
    await database.close()
  }
  onTestFinished(async () => {
    await close()
    if (!options.dataDir) await rm(dataDir, { recursive: true, force: true })
  })
  const stranger = createApiClient(url, null)
  const client = options.owner === false ? stranger : await stranger.signIn(await app.codes.forOwner())
  const ownerCode = () => app.codes.forOwner()
  return { url, client, simulator, database: settings, stranger, ownerCode, close }
}

async function configFor(
  options: TestAppOptions,
  simulator: ModelSimulator,
  database: TestDatabase,
  dataDir: string,
): Promise<Config> {
  const { config } = loadConfig(
    {
      ENVIRONMENT: 'test',
      DATA_DIR: dataDir,
      ORCHESTRATOR_PORT: '0',
      OPENAI_BASE_URL: simulator.url,
      OPENAI_API_KEY: 'key-of-a-test',
      OPENAI_MODEL: options.model ?? 'sim-ttft1-itl0-len20',
      // So that another replica reads the sessions of the first.
      SECRET_KEY,
      // Tests poll.
      RATE_LIMIT_READS_PER_MINUTE: '1000000',
      ...options.env,
    },
    { version: '0.0.0', cwd: dataDir },
  )
  return { ...config, database }
}
