import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Subkeys of SECRET_KEY, one a purpose (HKDF, RFC 5869), so that no key ever does two jobs. */
export interface Secrets {
  /** The keyed hash under which a random token is stored. */
  hash(purpose: SecretPurpose, token: string): Buffer
  /** All hashes under which it may be stored: the current key's first, then the previous key's. */
  hashes(purpose: SecretPurpose, token: string): Buffer[]
}

export type SecretPurpose = 'session' | 'sign-in-code'

/**
 * Opens the secret key: the configured one, or in development one that is made on the first start and kept, readable by
 * its owner alone, in the data directory.
 */
export async function openSecrets(options: {
  secretKey: string | null
  previous: string | null
  dataDir: string
}): Promise<Secrets> {
  const current = options.secretKey ?? (await keepOwnKey(options.dataDir))
  const keys = options.previous === null ? [current] : [current, options.previous]
  const hashWith = (key: string, purpose: SecretPurpose, token: string): Buffer => {
    const subkey = Buffer.from(hkdfSync('sha256', key, '', `ai-assistant/${purpose}`, 32))
    return createHmac('sha256', subkey).update(token).digest()
  }
  return {
    hash: (purpose, token) => hashWith(current, purpose, token),
    hashes: (purpose, token) => keys.map((key) => hashWith(key, purpose, token)),
  }
}

/** A token nobody can guess: 256 bits, in letters that survive a URL. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares secrets without telling by its time where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function keepOwnKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret-key')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    const file = await open(path, 'wx', 0o600)
    const key = newToken()
    await file.writeFile(key)
    await file.close()
    return key
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return (await readFile(path, 'utf8')).trim()
  }
}
