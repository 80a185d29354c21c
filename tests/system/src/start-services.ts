import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { z } from 'zod'
import { migrate } from '../../../orchestrator/src/storage/migrate.ts'
import { openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import type {} from './provided-context.ts'
import { findChromium } from './services/chromium.ts'
import { startPostgres } from './services/postgres.ts'
import { startRedis } from './services/redis.ts'
import type { TestDatabase } from './test-database.ts'

/** Which database a run of the suite is for: PostgreSQL from npm, Debian's PostgreSQL, or the embedded one. */
const testDatabaseSchema = z.enum(['embedded18', 'debian', 'pglite']).default('embedded18')

/** vitest's global setup: starts the run's services, tells the tests where they are, and ends them afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kind = testDatabaseSchema.parse(process.env['TEST_DATABASE'])
  const [database, redis, chromium] = await Promise.all([startDatabase(kind), startRedis(), findChromium()])
  project.provide('postgresUrl', database.url)
  project.provide('embeddedDirectory', database.directory)
  project.provide('migratedTemplate', database.template)
  project.provide('redisUrl', redis?.url ?? null)
  project.provide('chromium', chromium)
  return async () => {
    await Promise.all([database.stop(), redis?.stop()])
  }
}

async function startDatabase(kind: z.infer<typeof testDatabaseSchema>) {
  if (kind === 'pglite') {
    const directory = await mkdtemp(join(tmpdir(), 'ai-assistant-pglite-'))
    // To make one takes seconds of computing, to copy it none.
    await prepare({ kind: 'embedded', directory: join(directory, 'empty') }, false)
    await cp(join(directory, 'empty'), join(directory, 'migrated'), { recursive: true })
    await prepare({ kind: 'embedded', directory: join(directory, 'migrated') }, true)
    const stop = () => rm(directory, { recursive: true, force: true })
    return { url: null, template: null, directory, stop }
  }
  const server = await startPostgres({ version: kind === 'debian' ? 'debian' : 'embedded' })
  if (server === null) throw new Error(`There is no PostgreSQL here for TEST_DATABASE=${kind}`)
  const url = await server.createDatabase()
  await prepare({ kind: 'postgres', url, poolSize: 2, maxOverflow: 0 }, true)
  return { url: server.url, template: new URL(url).pathname.slice(1), directory: null, stop: () => server.stop() }
}

/** Makes a database, with or without the product's tables, for others to be copies of. */
async function prepare(settings: TestDatabase, migrated: boolean): Promise<void> {
  const log = { debug: () => {}, info: () => {}, warn: console.warn }
  const database = await openDatabase(settings, { log })
  try {
    if (migrated) await migrate(database, { log })
  } finally {
    await database.close()
  }
}
