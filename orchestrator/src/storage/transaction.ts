import type { Compilable } from 'kysely'
import pg, { type PoolClient, type QueryConfig, type QueryResult } from 'pg'
import { ask } from './ask.ts'
import type { Statement, Tx } from './database.ts'
import { holdBack } from './driver-stream.ts'
import { CommitUnknown, DatabaseUnavailable, sqlState } from './errors.ts'
import { isConnectionLoss, isRetryable, NoAnswer, toDatabaseError, unavailable } from './failure.ts'

/**
 * One open transaction on one checked-out connection. Its statements run one after another, however they are started;
 * those that are started without waiting for each other, the beginning among them, share one trip to the server.
 */
export class Transaction implements Tx {
  /** The connection is lost or in a state nobody knows: it must not be used again. */
  broken = false
  /** PostgreSQL rolled the transaction back because of others: the whole work may be run again. */
  retryable = false
  #client: PoolClient
  #deadlineMs: number
  #state: 'open' | 'ended' = 'open'
  #begun = false
  /** Rejects with what kept the transaction from beginning, which is why all its statements fail then. */
  #beginning: Promise<void> = Promise.resolve()
  #failure: unknown
  /** The first failure of a statement whose answer nobody waits for. */
  #unheard: Error | undefined
  #sent: Promise<void>[] = []
  #commit: Promise<QueryResult> | undefined
  /** The commit has left: of work that nothing was heard of, nobody knows whether it was done. */
  #committing = false
  readonly #name: (text: string) => string | undefined

  /** @param name of the prepared statement for a text; undefined for texts that are not to be prepared */
  constructor(client: PoolClient, deadlineMs: number, name: (text: string) => string | undefined) {
    this.#client = client
    this.#deadlineMs = deadlineMs
    this.#name = name
  }

  /** The connection had died unnoticed while idle: the work has not begun, and may take another one. */
  get stale(): boolean {
    if (!this.broken || this.#begun || this.#failure instanceof NoAnswer) return false
    return !this.#committing || this.#failure instanceof pg.DatabaseError
  }

  /** `prelude` begins the transaction and puts on its role. Nobody needs to wait for it: the first statement goes with it. */
  begin(prelude: string): void {
    holdBack(this.#client)
    this.#beginning = this.#begin(prelude)
    this.#beginning.catch(() => undefined)
  }

  async #begin(prelude: string): Promise<void> {
    try {
      await this.#send(prelude)
    } catch (error) {
      // 22023: there is no such role. 42501: the login role is no member of it.
      if (!['22023', '42501'].includes(sqlState(error))) throw error
      throw new DatabaseUnavailable('The database is not migrated, or its roles are not granted to the login role', {
        cause: error,
      })
    }
    this.#begun = true
  }

  async all<R>(query: Compilable<R>): Promise<R[]> {
    return (await this.#run(this.#compiled(query))).rows as R[]
  }

  async first<R>(query: Compilable<R>): Promise<R | undefined> {
    return (await this.#run(this.#compiled(query))).rows[0] as R | undefined
  }

  async run(query: Compilable<unknown>): Promise<number> {
    return (await this.#run(this.#compiled(query))).rowCount ?? 0
  }

  async sql<R = Record<string, unknown>>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    // Prepared where its author gave it a name: a plan made for any values may be a bad one for those of today.
    return (await this.#run(named(name, text, values))).rows as R[]
  }

  send(query: Compilable<unknown> | Statement): void {
    const answer = this.#run('compile' in query ? this.#compiled(query) : { ...query, values: [...query.values] })
    const heard = answer.then(
      () => undefined,
      (error: unknown) => {
        this.#unheard ??= error instanceof Error ? error : new Error(String(error))
      },
    )
    this.#sent.push(heard)
  }

  /** Sends statements and the commit behind them: for work that needs nothing else, and nothing of their answers to go on. */
  async endWith(statements: readonly Statement[]): Promise<unknown[][]> {
    const answers = statements.map(({ text, values, name }) => this.#run({ text, values: [...values], name }))
    this.#state = 'ended'
    this.#commit = ask(this.#client, 'commit', this.#deadlineMs)
    this.#commit.catch(() => undefined)
    return (await Promise.all(answers)).map((answer) => answer.rows)
  }

  /**
   * Rejects with `CommitUnknown` if the connection was lost after the commit was sent. Behind work that waited for nothing it
   * leaves with all of that: what could not begin commits nothing.
   */
  async commit(): Promise<void> {
    if (this.broken) throw toDatabaseError(this.#failure)
    this.#state = 'ended'
    this.#committing = true
    let answer: QueryResult
    try {
      answer = await (this.#commit ?? ask(this.#client, 'commit', this.#deadlineMs))
    } catch (error) {
      this.retryable ||= isRetryable(error)
      if (!isConnectionLoss(error)) throw error
      this.broken = true
      // PostgreSQL had refused a statement before it: there was nothing it could commit.
      if (this.#failure instanceof pg.DatabaseError) throw toDatabaseError(this.#failure)
      throw new CommitUnknown('The connection was lost while committing', { cause: error })
    }
    // PostgreSQL answers the commit of a failed transaction with a rollback, and without an error.
    if (answer.command === 'COMMIT') return
    await this.#beginning
    await Promise.all(this.#sent)
    if (this.#unheard !== undefined) throw this.#unheard
    throw new Error('The transaction was rolled back: one of its statements failed, and its work went on', {
      cause: this.#failure,
    })
  }

  /** Never rejects. A connection that cannot roll back is broken. */
  async rollback(): Promise<void> {
    if (this.#state === 'ended') return
    this.#state = 'ended'
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

  async #run(query: QueryConfig): Promise<QueryResult> {
    // A statement that nobody waited for would otherwise run in whatever transaction has the connection next.
    if (this.#state !== 'open') throw new Error('This transaction has ended')
    holdBack(this.#client)
    const answer = this.#send(query)
    answer.catch(() => undefined)
    await this.#beginning
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
      // Refused because of a statement before it, whose answer may not have been waited for: that one is the reason.
      throw toDatabaseError(sqlState(error) === '25P02' ? this.#failure : error)
    }
  }

  #compiled(query: Compilable<unknown>): QueryConfig {
    const { sql, parameters } = query.compile()
    return named(this.#name(sql), sql, parameters)
  }
}

function named(name: string | undefined, text: string, values: readonly unknown[]): QueryConfig {
  return name === undefined ? { text, values: [...values] } : { name, text, values: [...values] }
}
