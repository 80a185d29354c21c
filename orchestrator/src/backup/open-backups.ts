import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { keepOwnKey } from '../secrets/keep-own-key.ts'
import { BackupError } from './backup-error.ts'
import { openDirectoryStore } from './directory-store.ts'
import type { KeyRing, NamedKey } from './keys.ts'
import { openS3Store } from './s3-store.ts'
import type { BackupStore } from './store.ts'

/** The configured stores: the folder first, because what is near is read sooner. */
export function openStores({ backup }: Pick<Config, 'backup'>): [BackupStore, ...BackupStore[]] {
  const stores = [
    ...(backup.directory === null ? [] : [openDirectoryStore(backup.directory)]),
    ...(backup.s3 === null ? [] : [openS3Store(backup.s3)]),
  ]
  const [first, ...others] = stores
  if (first === undefined) throw new BackupError('There is no place for backups: set BACKUP_DIR or BACKUP_BUCKET')
  return [first, ...others]
}

/** The keys of new backups, made like SECRET_KEY itself where there is none yet. */
export async function keysForWriting(config: Pick<Config, 'backup' | 'secrets' | 'dataDir'>): Promise<KeyRing> {
  const ring = configuredKeys(config)
  if (ring !== null) return ring
  return [{ name: OWN_KEY, value: await keepOwnKey(config.dataDir, 'secret-key') }]
}

/** Every key that may open a backup. Makes none: one that is made now has closed nothing. */
export function keysForReading(config: Pick<Config, 'backup' | 'secrets' | 'dataDir'>): KeyRing {
  const ring = configuredKeys(config)
  if (ring === null) {
    throw new BackupError(
      'There is no key to open a backup with: set SECRET_KEY or BACKUP_KEY to the one it was made with',
    )
  }
  return ring
}

const OWN_KEY = 'the secret-key in DATA_DIR'

function configuredKeys({ backup, secrets, dataDir }: Pick<Config, 'backup' | 'secrets' | 'dataDir'>): KeyRing | null {
  const own = join(dataDir, 'secret-key')
  const named = (name: string, value: string | null): NamedKey[] => (value === null ? [] : [{ name, value }])
  const [first, ...others] = [
    ...named('BACKUP_KEY', backup.key),
    ...named('SECRET_KEY', secrets.secretKey),
    ...named('SECRET_KEY_PREVIOUS', secrets.secretKeyPrevious),
    ...(existsSync(own) ? named(OWN_KEY, readFileSync(own, 'utf8').trim()) : []),
  ]
  return first === undefined ? null : [first, ...others]
}

/** What seals things in the database: its fingerprint goes into the manifest. */
export function sealingKey({ secrets, dataDir }: Pick<Config, 'secrets' | 'dataDir'>): string | null {
  const own = join(dataDir, 'secret-key')
  return secrets.secretKey ?? (existsSync(own) ? readFileSync(own, 'utf8').trim() : null)
}
