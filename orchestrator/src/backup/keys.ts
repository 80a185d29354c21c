import { hkdfSync, randomBytes } from 'node:crypto'
import { DamagedBackup } from './backup-error.ts'

/** The keys that may open a backup; the first one closes new ones. */
export type KeyRing = readonly [NamedKey, ...NamedKey[]]

export interface NamedKey {
  /** What an operator calls it: the variable it comes from. */
  name: string
  value: string
}

/** What one backup is under: subkeys of its own (HKDF, RFC 5869), so that counters may serve as nonces. */
export interface BackupKey {
  salt: Buffer
  fingerprint: string
  forParts: Buffer
  forManifest: Buffer
}

/** Tells keys apart without telling them. */
export function fingerprintOf(key: string): string {
  return derive(key, Buffer.alloc(0), 'fingerprint', 8).toString('hex')
}

export function newBackupKey(keys: KeyRing): BackupKey {
  return subkeys(keys[0].value, randomBytes(32))
}

/** @throws {DamagedBackup} where no key of the ring has the fingerprint */
export function keyOfBackup(keys: KeyRing, { salt, fingerprint }: { salt: string; fingerprint: string }): BackupKey {
  const found = keys.find(({ value }) => fingerprintOf(value) === fingerprint)
  if (found !== undefined) return subkeys(found.value, Buffer.from(salt, 'hex'))
  const tried = keys.map(({ name, value }) => `${name} is ${fingerprintOf(value)}`).join(', ')
  throw new DamagedBackup(
    'manifest',
    `is under the key ${fingerprint}, which is not here (${tried}): set BACKUP_KEY to it`,
  )
}

function subkeys(key: string, salt: Buffer): BackupKey {
  return {
    salt,
    fingerprint: fingerprintOf(key),
    forParts: derive(key, salt, 'parts', 32),
    forManifest: derive(key, salt, 'manifest', 32),
  }
}

function derive(key: string, salt: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, `ai-assistant/backup/${purpose}`, bytes))
}
