import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Ring } from './open-secrets.ts'

/** Keeps stored credentials readable to this server alone (AES-256-GCM), under SECRET_KEY or the one before it. */
export interface Seal {
  /** Seals a value for one row: opened for another, it is refused. */
  seal(purpose: SealPurpose, row: string, value: Buffer): string
  /** @throws {CannotOpen} where it was sealed with a key that is not configured any more, for another row, or changed */
  open(purpose: SealPurpose, row: string, sealed: string): Buffer
  /** False where it was sealed with the previous key. */
  isCurrent(sealed: string): boolean
}

export type SealPurpose = 'api-key'

class CannotOpen extends Error {
  override name = 'CannotOpen'
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

/** `rings`: the current key's subkeys first. A sealed value is `v1.<key id>.<base64url of iv, tag and text>`. */
export function createSeal(rings: readonly Ring[]): Seal {
  const byId = new Map(rings.map((ring) => [keyIdOf(ring), ring]))
  const [current] = byId
  return {
    seal: (purpose, row, value) => {
      if (current === undefined) throw new Error('There is no key to seal with')
      const [id, ring] = current
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', ring(`seal/${purpose}`), iv)
      cipher.setAAD(Buffer.from(row))
      const text = Buffer.concat([cipher.update(value), cipher.final()])
      return `${VERSION}.${id}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`
    },
    open: (purpose, row, sealed) => {
      const [version, id = '', body = ''] = sealed.split('.')
      const ring = byId.get(id)
      const bytes = Buffer.from(body, 'base64url')
      if (version !== VERSION || ring === undefined || bytes.length < IV_BYTES + TAG_BYTES) {
        throw new CannotOpen('It was sealed with a key that is not configured; set SECRET_KEY_PREVIOUS to that key')
      }
      const decipher = createDecipheriv('aes-256-gcm', ring(`seal/${purpose}`), bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(row))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
      } catch (error) {
        throw new CannotOpen('It was changed, or sealed for another row', { cause: error })
      }
    },
    isCurrent: (sealed) => sealed.split('.')[1] === current?.[0],
  }
}

/** Names a key without telling anything of it. */
export function keyIdOf(ring: Ring): string {
  return createHmac('sha256', ring('key-id')).update('').digest().subarray(0, 6).toString('base64url')
}
