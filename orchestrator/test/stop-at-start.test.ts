import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { bareEnvironment } from '../../tests/system/src/product/bare-environment.ts'
import { postgresDatabase } from '../../tests/system/src/test-database.ts'
import { migrate } from '../src/storage/migrate.ts'
import { openDatabase } from '../src/storage/open-database.ts'

/** The orchestrator's real entry point, and what it says. */
function startMain(url: string) {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../src/main.ts')], {
    env: { ...bareEnvironment(), ENVIRONMENT: 'test', ORCHESTRATOR_PORT: '0', DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  return { child, ended, said: () => said }
}

test.skipIf(inject('postgresUrl') === null)(
  'ends in order when it is told to stop while it waits for a migration, and leaves the database to the next',
  async () => {
    const url = await postgresDatabase()
    const migrator = new pg.Client({ connectionString: url })
    await migrator.connect()
    // The lock that a migration holds, as another process would hold it for long.
    await migrator.query('select pg_advisory_lock(7231946502)')
    const server = startMain(url)
    await expect.poll(server.said, { timeout: 30_000 }).toContain('waiting for it')
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.said()).toContain('Stopping before this server was ready')
    await migrator.end()
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
    const database = await openDatabase({ kind: 'postgres', url, poolSize: 2, maxOverflow: 2 }, { log })
    onTestFinished(() => database.close())
    expect(await migrate(database, { log })).toContain('0001_foundation.sql')
  },
)
