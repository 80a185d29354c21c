/** What keeps a backup from being made or restored, in a line for the operator: what is wrong, where, and what to do. */
export class BackupError extends Error {
  override name = 'BackupError'
}

/** A backup that is not as it was written, or cannot be read with these keys. Begins with the name of the part at fault. */
export class DamagedBackup extends BackupError {
  override name = 'DamagedBackup'
  readonly part: string

  constructor(part: string, what: string, options?: ErrorOptions) {
    super(`${part}: ${what}`, options)
    this.part = part
  }
}
