/** The part of the logger that storage writes to. */
export interface StorageLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}
