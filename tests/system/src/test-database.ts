import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { inject } from 'vitest'
import type {} from './provided-context.ts'

/** Where a test's tables go, in the words of the orchestrator's configuration. */
export type TestDatabase =
  | { kind: 'postgres'; url: string; poolSize: number; maxOverflow: number }
  | { kind: 'embedded'; directory: string }

/**
 * An empty database of the test's own, of the kind that this run of the suite is for (`TEST_DATABASE`): on the run's
 * PostgreSQL, or a directory for the embedded one. It goes with the run; nobody needs to remove it.
 */
export function testDatabase(): Promise<TestDatabase> {
  return copyOf('empty', 'template1')
}

/** The same with the product's tables in it: the migrations have run, and find nothing more to do. */
export function migratedDatabase(): Promise<TestDatabase> {
  return copyOf('migrated', inject('migratedTemplate') ?? '')
}

/** The superuser's URL of an empty database on the run's PostgreSQL. Fails in a run on the embedded database. */
export function postgresDatabase(): Promise<string> {
  return createDatabase('template1')
}

async function copyOf(folder: string, template: string): Promise<TestDatabase> {
  const parent = inject('embeddedDirectory')
  if (parent === null) return { kind: 'postgres', url: await createDatabase(template), poolSize: 10, maxOverflow: 10 }
  const directory = join(parent, randomUUID())
  // A thousand files: copied one by one from here they cost as much as opening them.
  await promisify(execFile)('cp', ['-R', join(parent, folder), directory])
  return { kind: 'embedded', directory }
}

async function createDatabase(template: string): Promise<string> {
  const url = inject('postgresUrl')
  if (url === null) throw new Error('This run has no PostgreSQL: skip the test where `inject("postgresUrl")` is null')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create database ${name} template ${pg.escapeIdentifier(template)}`)
  } finally {
    await client.end()
  }
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}
