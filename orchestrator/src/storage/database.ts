import type { Compilable } from 'kysely'

/**
 * The one way to the database. A query can only be run inside a transaction's `Tx` or on a `Session`: there is no way to
 * query beside the transaction that is open, which on the embedded database (one connection) would wait for itself.
 *
 * Errors of every method: `DatabaseUnavailable` (nothing was committed; try later), `CommitUnknown` (the connection was
 * lost while committing: look up by key what happened, never repeat blindly), `DatabaseFull`; anything else is a fault of
 * the query itself, as the driver reports it (`code` is the SQLSTATE). Serialization failures and deadlocks are retried
 * inside, with the whole `work`, at most three times: `work` has no effect outside its transaction.
 */
export interface Database {
  readonly kind: 'postgres' | 'embedded'
  /** A transaction in which row-level security shows this person's rows and no others. */
  asPerson<T>(personId: string, work: (tx: Tx) => Promise<T>): Promise<T>
  /** A transaction for what belongs to no single person: journal, takeover, sign-in, jobs. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** One statement that only reads, as `asSystem`, in one trip to the server. */
  readAsSystem<R = Record<string, unknown>>(statement: Statement): Promise<R[]>
  /** Two of them, in one trip as well. */
  readBothAsSystem<A, B>(first: Statement, second: Statement): Promise<[A[], B[]]>
  /** A long-lived session with forced generic plans, for the journal's committer. Reconnects by itself on the next query. */
  openSession(): Session
  /** Rejects unless a writable database answers. */
  check(): Promise<void>
  stats(): { open: number; idle: number; waiting: number }
  close(): Promise<void>
}

/** An open transaction. It ends when the function it was given to returns (commit) or throws (rollback). */
export interface Tx {
  all<R>(query: Compilable<R>): Promise<R[]>
  first<R>(query: Compilable<R>): Promise<R | undefined>
  /** A statement whose answer nobody needs: it leaves with the next one, or with the commit, which fails with its error. */
  send(query: Compilable<unknown> | Statement): void
  /** Number of rows the statement touched. */
  run(query: Compilable<unknown>): Promise<number>
  /** Hand-written SQL, with `$1` parameters. Named statements are prepared once per connection. */
  sql<R = Record<string, unknown>>(text: string, values?: readonly unknown[], name?: string): Promise<R[]>
}

/** Hand-written SQL with its values. */
export interface Statement {
  text: string
  values: readonly unknown[]
  name: string
}

export interface Session {
  /** One statement, committed by itself. */
  query<R = Record<string, unknown>>(statement: {
    name?: string
    text: string
    values: readonly unknown[]
  }): Promise<{ rows: R[]; rowCount: number }>
  close(): Promise<void>
}
