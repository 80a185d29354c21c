import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDebian } from '../../system/src/services/postgres-binaries.ts'
import { type PostgresServer, startPostgres } from '../../system/src/services/postgres.ts'
import { readObjects } from '../src/kube-object.ts'
import { helmTemplate, root } from '../src/render.ts'
import { run } from '../src/run.ts'

let server: PostgresServer
/** The newest, as the images have a newer one than Debian. */
let newest: PostgresServer
let folder: string
let path: string

beforeAll(async () => {
  const started = await startPostgres({ version: 'debian' })
  if (started === null) throw new Error("Debian's PostgreSQL cannot be installed here")
  server = started
  const other = await startPostgres({ version: 'embedded' })
  if (other === null) throw new Error('The embedded PostgreSQL cannot be started here')
  newest = other
  path = [await findDebian(), process.env['PATH']].join(delimiter)
  folder = mkdtempSync(join(tmpdir(), 'ai-assistant-database-'))
})

afterAll(async () => {
  await Promise.all([server.stop(), newest.stop()])
  rmSync(folder, { recursive: true })
})

/** None of the servers has pgvector; what is tried is everything else. */
function withoutVector(script: string): string {
  expect(script).toContain('create extension if not exists vector;')
  return script.replace('create extension if not exists vector;', '')
}

test.each([
  [
    'the manifests',
    'app-password',
    async () => readFileSync(join(root, 'k8s/components/postgres/init-role.sh'), 'utf8'),
  ],
  ['the chart', 'password', async () => initScriptOfChart()],
])('the role that %s make owns its database, is no superuser, and can migrate it', async (name, key, script) => {
  const roles = [await tryRole(server, name, key, await script())]
  // On PostgreSQL 16 and later, roles belong to who made them: a cluster there is for one such login role.
  if (key === 'app-password') roles.push(await tryRole(newest, name, key, await script()))
  for (const role of roles) {
    expect(role).toMatchObject({ rolsuper: false, rolbypassrls: false, rolcreatedb: true })
    expect(role.migrations).toBeGreaterThan(0)
  }
})

async function tryRole(on: PostgresServer, name: string, key: string, script: string): Promise<{ migrations: number }> {
  const url = new URL(await on.createDatabase())
  const role = `ai_assistant_${name.length}`
  const secret = join(folder, name.replaceAll(' ', '-'))
  mkdirSync(secret, { recursive: true })
  writeFileSync(join(secret, key), 'of-the-role')
  const text = withoutVector(script)
    .replaceAll('/run/postgres-secret', secret)
    .replaceAll('ai_assistant login', `${role} login`)
    .replaceAll('owner to ai_assistant', `owner to ${role}`)
  const database = url.pathname.slice(1)
  const env = {
    PATH: path,
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGPASSWORD: url.password,
    POSTGRES_USER: url.username,
    POSTGRES_DB: database,
    APP_ROLE: role,
  }
  await run('bash', ['-c', text], { env })

  const own = new URL(url)
  Object.assign(own, { username: role, password: 'of-the-role' })
  const environment = { DATABASE_URL: own.href, ENVIRONMENT: 'test', DATA_DIR: folder }
  const told = await run(process.execPath, [join(root, 'scripts/init_db.ts')], { env: environment })
  expect(told).toContain('The database is ready')
  const client = new pg.Client(own.href)
  await client.connect()
  const { rows } = await client.query(
    `select rolsuper, rolbypassrls, rolcreatedb, (select count(*)::integer from schema_migration) as migrations
     from pg_roles where rolname = current_user`,
  )
  await client.end()
  return rows[0]
}

async function initScriptOfChart(): Promise<string> {
  const objects = readObjects(await helmTemplate())
  const found = objects.find(({ metadata }) => metadata.name === 'ai-assistant-postgresql-init')
  return found?.data?.['init-role.sh'] ?? ''
}
