import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { keepOwnKey } from './keep-own-key.ts'
import { createSeal, type Seal } from './seal.ts'

/** Subkeys of SECRET_KEY, one a purpose (HKDF, RFC 5869), so that no key ever does two jobs. */
export interface Secrets extends Seal {
  /** The keyed hash under which a random token is stored. */
  hash(purpose: HashPurpose, token: string): Buffer
  /** All hashes under which it may be stored: the current key's first, then the previous key's. */
  hashes(purpose: HashPurpose, token: string): Buffer[]
}

export type HashPurpose = 'session' | 'sign-in-code' | 'invitation' | 'throttle' | 'oauth' | 'refresh-token'

/**
 * Opens the secret key: the configured one, or in development one that is made on the first start and kept, readable by
 * its owner alone, in the data directory.
 */
export async function openSecrets(options: {
  secretKey: string | null
  previous: string | null
  dataDir: string
}): Promise<Secrets> {
  const current = options.secretKey ?? (await keepOwnKey(options.dataDir, 'secret-key'))
  const keys = options.previous === null ? [current] : [current, options.previous]
  const rings = keys.map(createRing)
  const hashWith = (ring: Ring, purpose: HashPurpose, token: string): Buffer =>
    createHmac('sha256', ring(purpose)).update(token).digest()
  const [first = createRing(current)] = rings
  return {
    hash: (purpose, token) => hashWith(first, purpose, token),
    hashes: (purpose, token) => rings.map((ring) => hashWith(ring, purpose, token)),
    ...createSeal(rings),
  }
}

/** The subkeys of one key, each derived once. As key objects, which make a hash in a fifth of the time that bytes take. */
export type Ring = (purpose: string) => KeyObject

export function createRing(key: string): Ring {
  const derived = new Map<string, KeyObject>()
  return (purpose) => {
    const known = derived.get(purpose)
    if (known !== undefined) return known
    const subkey = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `ai-assistant/${purpose}`, 32)))
    derived.set(purpose, subkey)
    return subkey
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
