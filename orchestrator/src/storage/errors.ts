/** The database cannot be reached, or not written to, now. Nothing of the transaction was committed. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** The connection was lost while committing: the transaction may or may not stand. */
export class CommitUnknown extends Error {
  override name = 'CommitUnknown'
}

/** The database's disk is full. Reads go on. */
export class DatabaseFull extends Error {
  override name = 'DatabaseFull'
}

/** Whether the database may do tomorrow what it did not do today: nothing is wrong with what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof DatabaseUnavailable || error instanceof CommitUnknown || error instanceof DatabaseFull
}

/** The SQLSTATE of a driver's error, or '' where it is none. */
export function sqlState(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''
}
