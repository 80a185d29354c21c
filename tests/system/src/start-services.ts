import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { z } from 'zod'
import { openDatabase } from '../../../orchestrator/src/storage/open-database.ts'
import type {} from './provided-context.ts'
import { findChromium } from './services/chromium.ts'
import { startPostgres } from './services/postgres.ts'
import { startRedis } from './services/redis.ts'

/** Which database a run of the suite is for: PostgreSQL from npm, Debian's PostgreSQL, or the embedded one. */
const testDatabaseSchema = z.enum(['embedded18', 'debian', 'pglite']).default('embedded18')

/** vitest's global setup: starts the run's services, tells the tests where they are, and ends them afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kind = testDatabaseSchema.parse(process.env['TEST_DATABASE'])
  const [database, redis, chromium] = await Promise.all([startDatabase(kind), startRedis(), findChromium()])
  project.provide('postgresUrl', database.url)
  project.provide('embeddedDirectory', database.directory)
  project.provide('redisUrl', redis?.url ?? null)
  project.provide('chromium', chromium)
  return async () => {
    await Promise.all([database.stop(), redis?.stop()])
  }
}

async function startDatabase(kind: z.infer<typeof testDatabaseSchema>) {
  if (kind === 'pglite') {
    const directory = await mkdtemp(join(tmpdir(), 'ai-assistant-pglite-'))
    // To make one takes seconds of computing, to copy it none: each test gets a copy.
    const log = { debug: () => {}, info: () => {}, warn: console.warn }
    const template = await openDatabase({ kind: 'embedded', directory: join(directory, 'template') }, { log })
    await template.close()
    return { url: null, directory, stop: () => rm(directory, { recursive: true, force: true }) }
  }
  const server = await startPostgres({ version: kind === 'debian' ? 'debian' : 'embedded' })
  if (server === null) throw new Error(`There is no PostgreSQL here for TEST_DATABASE=${kind}`)
  return { url: server.url, directory: null, stop: () => server.stop() }
}
