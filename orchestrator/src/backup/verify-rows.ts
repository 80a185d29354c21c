import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { DamagedBackup } from './backup-error.ts'
import type { Manifest } from './manifest.ts'
import { readTables } from './read-catalogue.ts'
import { readRows, TEXT_SETTINGS } from './read-rows.ts'
import { RowSum } from './row-sum.ts'

/**
 * Reads every row again and compares each table's count and sum with the manifest's.
 *
 * @throws {DamagedBackup} that names the first table that differs
 */
export async function verifyRows(
  database: OpenedDatabase,
  { tables }: Pick<Manifest, 'tables'>,
  progress: (done: number, total: number) => void,
): Promise<void> {
  const sums = await sumRows(database, progress)
  for (const { name, rows, checksum } of tables) {
    const sum = sums.get(name)
    if (sum?.rows !== rows) throw new DamagedBackup(name, `has ${sum?.rows ?? 'no'} rows, where ${rows} belong`)
    if (sum.checksum() !== checksum) throw new DamagedBackup(name, 'has other rows than were backed up')
  }
}

async function sumRows(
  database: OpenedDatabase,
  progress: (done: number, total: number) => void,
): Promise<Map<string, RowSum>> {
  return database.administer(async (client) => {
    await client.query(`begin isolation level repeatable read read only; ${TEXT_SETTINGS}`)
    const tables = await readTables(client)
    const sums = tables.map(() => new RowSum())
    await readRows(
      client,
      tables,
      async (at, lines) => sums[at]?.add(lines),
      (_table, done, total) => progress(done, total),
    )
    await client.query('commit')
    return new Map(tables.map(({ name }, at) => [name, sums[at] ?? new RowSum()]))
  })
}
