import pg from 'pg'
import { DatabaseFull, DatabaseUnavailable, sqlState } from './errors.ts'

/** SQLSTATEs after which the server, not the statement, is at fault: class 08, shutdown, read-only, too many clients. */
const SERVER_GONE = new Set(['57P01', '57P02', '57P03', '57P05', '25006', '53300', '25P03'])
/** A statement that waited too long, for a lock or at all. It is rolled back, the connection is sound. */
const TOO_SLOW = new Set(['57014', '55P03'])
const RETRYABLE = new Set(['40001', '40P01'])
const DRIVER_GONE = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout )/

/** Whether the connection can carry no further statement, and what its last one did is known to nobody. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof NoAnswer) return true
  const state = sqlState(error)
  if (error instanceof pg.DatabaseError) return SERVER_GONE.has(state) || state.startsWith('08')
  if (!(error instanceof Error)) return false
  // Node's own socket, TLS and stream errors carry codes such as ECONNRESET, EPIPE, ERR_STREAM_DESTROYED.
  return /^(E[A-Z]{3,}|ERR_(STREAM|SSL|TLS)_)/.test(state) || DRIVER_GONE.test(error.message)
}

/** Whether the whole transaction may be run again: PostgreSQL has rolled it back because of others. */
export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(sqlState(error))
}

/** What the callers of `Database` are told of a statement that failed before any commit was sent. */
export function toDatabaseError(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable || error instanceof DatabaseFull) return error
  const state = sqlState(error)
  if (state === '53100') return new DatabaseFull('The disk of the database is full', { cause: error })
  if (TOO_SLOW.has(state)) return new DatabaseUnavailable('The database took too long', { cause: error })
  if (isConnectionLoss(error)) return unavailable(error)
  return error
}

/** `DatabaseUnavailable` with the driver's own words, which name the host or the reason and never the password. */
export function unavailable(cause: unknown): DatabaseUnavailable {
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  return new DatabaseUnavailable(`The database cannot be used now: ${reason}`, { cause })
}

/** The server has said nothing for longer than any statement may take. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}
