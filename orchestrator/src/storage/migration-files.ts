import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The migrations that belong to this version of the code. */
export const MIGRATIONS = join(import.meta.dirname, 'migrations')

export interface Migration {
  version: number
  /** The file's name without number and ending. */
  name: string
  sql: string
  /** SHA-256 of the file, line ends apart. */
  checksum: string
  /** `-- no-transaction` in its head: one statement that PostgreSQL refuses inside a transaction. It must bear to be run again. */
  alone: boolean
  /** `-- incompatible` in its head: code that does not know this migration must not run on it. */
  incompatible: boolean
}

/** Reads `NNNN_name.sql` files in their order. Throws on any other file, and on a number that is missing or taken twice. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).sort()
  return Promise.all(files.map((file, index) => readMigration(directory, file, index + 1)))
}

async function readMigration(directory: string, file: string, expected: number): Promise<Migration> {
  const [, digits, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? []
  if (digits === undefined || name === undefined) throw new Error(`${file} is not named like 0001_name.sql`)
  const version = Number(digits)
  if (version !== expected) throw new Error(`Migration ${expected} is missing, or ${file} has its number twice`)
  const sql = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n')
  const head = /^(?:--.*\n)*/.exec(sql)?.[0] ?? ''
  return {
    version,
    name,
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
    alone: /^-- no-transaction$/m.test(head),
    incompatible: /^-- incompatible$/m.test(head),
  }
}
