import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Driver,
} from 'kysely'
import type { Tables } from './tables.ts'

class NoDriver implements Driver {
  async init(): Promise<void> {}
  async destroy(): Promise<void> {}
  async releaseConnection(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    throw new Error('A query is run by the transaction it belongs to: tx.all(query), not query.execute()')
  }

  async beginTransaction(): Promise<void> {
    await this.acquireConnection()
  }

  async commitTransaction(): Promise<void> {
    await this.acquireConnection()
  }

  async rollbackTransaction(): Promise<void> {
    await this.acquireConnection()
  }
}

/**
 * Builds queries and runs none: hand what it builds to `tx.all`, `tx.first` or `tx.run`. Calling `.execute()` on it rejects,
 * because such a query would run beside the open transaction.
 */
export const queries = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new NoDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
