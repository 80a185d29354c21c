import type { ClientBase, Pool, PoolClient } from 'pg'
import { unavailable } from '../failure.ts'
import { SESSION_SETTINGS, type SessionConnection } from '../statement-session.ts'

const TRANSACTION_SETTINGS = `reset role; reset plan_cache_mode; reset enable_seqscan; reset enable_hashjoin;
  reset enable_mergejoin; reset statement_timeout; `

/** Lets sessions and transactions take turns on the one connection, changing its settings only where the turn changes. */
export class SharedConnection implements SessionConnection {
  #pool: Pool
  #forSession = new WeakSet<ClientBase>()
  #lost = false

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** SQL that takes a session's settings off the connection, for the next transaction. */
  clean(client: PoolClient): string {
    return this.#forSession.delete(client) ? TRANSACTION_SETTINGS : ''
  }

  async use<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#checkOut()
    this.#lost = false
    try {
      return await work(client)
    } finally {
      client.release(this.#lost)
    }
  }

  drop(): void {
    this.#lost = true
  }

  async close(): Promise<void> {}

  async #checkOut(): Promise<PoolClient> {
    let client: PoolClient | undefined
    try {
      client = await this.#pool.connect()
      if (!this.#forSession.has(client)) await client.query(SESSION_SETTINGS)
      this.#forSession.add(client)
      return client
    } catch (error) {
      client?.release(true)
      throw unavailable(error)
    }
  }
}
