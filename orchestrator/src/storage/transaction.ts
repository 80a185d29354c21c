import type { Compilable } from 'kysely'
import type { PoolClient, QueryConfig, QueryResult } from 'pg'
import { ask } from './ask.ts'
import type { Tx } from './database.ts'
import { CommitUnknown, DatabaseUnavailable, sqlState } from './errors.ts'
import { isConnectionLoss, isRetryable, NoAnswer, toDatabaseError, unavailable } from './failure.ts'

/** One open transaction on one checked-out connection. Its statements run one after another, however they are started. */
export class Transaction implements Tx {
  /** The connection is lost or in a state nobody knows: it must not be used again. */
  broken = false
  /** PostgreSQL rolled the transaction back because of others: the whole work may be run again. */
  retryable = false
  #client: PoolClient
  #deadlineMs: number
  #state: 'new' | 'open' | 'ended' = 'new'
  #begun = false
  #failure: unknown
  #tail: Promise<unknown> = Promise.resolve()

  constructor(client: PoolClient, deadlineMs: number) {
    this.#client = client
    this.#deadlineMs = deadlineMs
  }

  /** The connection had died unnoticed while idle: the work has not begun, and may take another one. */
  get stale(): boolean {
    return this.broken && !this.#begun && !(this.#failure instanceof NoAnswer)
  }

  /** `prelude` begins the transaction and puts on its role. */
  async begin(prelude: string): Promise<void> {
    try {
      await this.#send(prelude)
    } catch (error) {
      // 22023: there is no such role. 42501: the login role is no member of it.
      if (!['22023', '42501'].includes(sqlState(error))) throw error
      throw new DatabaseUnavailable('The database is not migrated, or its roles are not granted to the login role', {
        cause: error,
      })
    }
    this.#state = 'open'
    this.#begun = true
  }

  async all<R>(query: Compilable<R>): Promise<R[]> {
    return (await this.#run(compiled(query))).rows as R[]
  }

  async first<R>(query: Compilable<R>): Promise<R | undefined> {
    return (await this.#run(compiled(query))).rows[0] as R | undefined
  }

  async run(query: Compilable<unknown>): Promise<number> {
    return (await this.#run(compiled(query))).rowCount ?? 0
  }

  async sql<R = Record<string, unknown>>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    const query: QueryConfig = { text, values: [...values] }
    if (name !== undefined) query.name = name
    return (await this.#run(query)).rows as R[]
  }

  /** Rejects with `CommitUnknown` if the connection was lost after the commit was sent. */
  async commit(): Promise<void> {
    await this.#tail
    if (this.broken) throw toDatabaseError(this.#failure)
    this.#state = 'ended'
    let answer: QueryResult
    try {
      answer = await ask(this.#client, 'commit', this.#deadlineMs)
    } catch (error) {
      this.retryable = isRetryable(error)
      if (!isConnectionLoss(error)) throw error
      this.broken = true
      throw new CommitUnknown('The connection was lost while committing', { cause: error })
    }
    // PostgreSQL answers the commit of a failed transaction with a rollback, and without an error.
    if (answer.command !== 'COMMIT') {
      throw new Error('The transaction was rolled back: one of its statements failed, and its work went on', {
        cause: this.#failure,
      })
    }
  }

  /** Never rejects. A connection that cannot roll back is broken. */
  async rollback(): Promise<void> {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    await this.#tail
    if (this.broken) return
    try {
      await ask(this.#client, 'rollback', this.#deadlineMs)
    } catch (error) {
      this.lose(error)
    }
  }

  /** Says that the connection is gone; the driver tells so even between statements. */
  lose(error: unknown): void {
    this.broken = true
    this.#failure ??= error
  }

  #run(query: QueryConfig): Promise<QueryResult> {
    // A statement that nobody waited for would otherwise run in whatever transaction has the connection next.
    if (this.#state !== 'open') return Promise.reject(new Error('This transaction has ended'))
    const answer = this.#tail.then(() => this.#send(query))
    this.#tail = answer.catch(() => undefined)
    return answer
  }

  async #send(query: string | QueryConfig): Promise<QueryResult> {
    if (this.broken) throw unavailable(this.#failure)
    try {
      return await ask(this.#client, query, this.#deadlineMs)
    } catch (error) {
      this.#failure ??= error
      this.retryable ||= isRetryable(error)
      this.broken ||= isConnectionLoss(error)
      throw toDatabaseError(error)
    }
  }
}

function compiled(query: Compilable<unknown>): QueryConfig {
  const { sql, parameters } = query.compile()
  return { text: sql, values: [...parameters] }
}
