import pg from 'pg'
import { sqlState } from '../errors.ts'
import { unavailable } from '../failure.ts'
import { clientOptions } from './client-options.ts'

const NO_SUCH_DATABASE = '3D000'
/** Two creators met: the other's database is as good as ours. */
const EXISTS = new Set(['42P04', '23505'])

/** Creates the database of the URL if its server has none of that name, and says whether it did. */
export async function createDatabase(url: string): Promise<boolean> {
  const { database } = new pg.Client(clientOptions(url))
  try {
    await once(clientOptions(url), 'select 1')
    return false
  } catch (error) {
    if (sqlState(error) !== NO_SUCH_DATABASE || database === undefined) throw unavailable(error)
  }
  try {
    // The maintenance database that every server has; a name in the URL would win over `database`.
    await once(clientOptions(withDatabase(url, 'postgres')), `create database ${pg.escapeIdentifier(database)}`)
    return true
  } catch (error) {
    if (EXISTS.has(sqlState(error))) return false
    throw error
  }
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${name}`)
}

async function once(options: pg.ClientConfig, sql: string): Promise<void> {
  const client = new pg.Client(options)
  // A lost connection is told by the query that it fails.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(sql)
  } finally {
    await client.end()
  }
}
