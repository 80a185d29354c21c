/** Where backups are kept: a folder, or a bucket. A backup is a set of files under its name; it is one once its manifest is there. */
export interface BackupStore {
  /** For people, without secrets. */
  readonly where: string
  /** Every name that a backup can have, with its files and their sizes. */
  list(): Promise<StoredBackup[]>
  /** Whole or not at all. */
  write(backup: string, file: string, bytes: Buffer): Promise<void>
  /** Null where it is not there. Rejects where it is larger than `maxBytes`. */
  read(backup: string, file: string, maxBytes: number): Promise<Buffer | null>
  /** The manifest first, so that what is left of it is no backup. */
  remove(backup: string): Promise<void>
  close(): Promise<void>
}

export interface StoredBackup {
  name: string
  files: Map<string, number>
}
