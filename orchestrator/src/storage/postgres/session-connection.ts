import pg from 'pg'
import { ask } from '../ask.ts'
import { unavailable } from '../failure.ts'
import { SESSION_SETTINGS, type SessionConnection } from '../statement-session.ts'
import type { StorageLog } from '../storage-log.ts'
import { clientOptions, CONNECT_TIMEOUT_MS } from './client-options.ts'
import { STATEMENT_TIMEOUT_MS } from './open-pool.ts'

const SETTINGS = `${SESSION_SETTINGS}; set synchronous_commit = on; set statement_timeout = ${STATEMENT_TIMEOUT_MS}`

/** A connection of its own beside the pool, so that the journal never waits for a request. Made at the next use after a loss. */
export class OwnConnection implements SessionConnection {
  #url: string
  #log: StorageLog
  #client: pg.Client | undefined

  constructor(url: string, log: StorageLog) {
    this.#url = url
    this.#log = log
  }

  async use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    this.#client ??= await this.#connect()
    return work(this.#client)
  }

  drop(): void {
    const client = this.#client
    this.#client = undefined
    client?.end().catch((error) => this.#log.debug({ err: error }, 'a lost connection did not end cleanly'))
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...clientOptions(this.#url), application_name: 'ai-assistant journal' })
    client.on('error', (error) => {
      this.#log.debug({ err: error }, 'the connection of a session was lost')
      // Between statements: the next one makes a new connection, and nothing is unknown.
      if (this.#client === client) this.#client = undefined
    })
    try {
      await client.connect()
      await ask(client, SETTINGS, CONNECT_TIMEOUT_MS)
      return client
    } catch (error) {
      client.end().catch((failure) => this.#log.debug({ err: failure }, 'a failed connection did not end cleanly'))
      throw unavailable(error)
    }
  }
}
