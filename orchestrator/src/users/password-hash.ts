import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { PeopleRefused } from './people-refused.ts'

/** Hashes passwords, and compares them with their hashes, a few at a time: each takes 46 MiB and a core for a moment. */
export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Takes as long where there is no hash to compare with, so that its time tells nothing about who has an account. */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** OWASP ASVS 5.0, appendix C: argon2id with 46 MiB, one pass, one lane. */
const COST = { memory: 47_104, passes: 1, parallelism: 1 }
const TAG_BYTES = 32
const SALT_BYTES = 16
/** At once, and waiting: who comes later is asked to try again, before memory or patience is used up. */
const AT_ONCE = 2
const WAITING = 64

const derive = promisify(argon2)

export function createPasswordHasher(atOnce = AT_ONCE, waiting = WAITING): PasswordHasher {
  const queue: (() => void)[] = []
  let busy = 0
  const take = async (): Promise<void> => {
    if (busy < atOnce) {
      busy += 1
      return
    }
    if (queue.length >= waiting) {
      throw new PeopleRefused('unavailable', 'Too many people sign in at this moment. Try again in a few seconds.', {
        context: { retryAfterSeconds: 5 },
      })
    }
    await new Promise<void>((resolve) => queue.push(resolve))
  }
  const give = (): void => {
    const next = queue.shift()
    if (next === undefined) busy -= 1
    else next()
  }
  const tagOf = async (password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> => {
    await take()
    try {
      // One spelling of composed letters, so that a password typed on another keyboard is the same (NIST SP 800-63B).
      const message = password.normalize('NFC')
      return await derive('argon2id', { message, nonce: salt, tagLength: TAG_BYTES, ...cost })
    } finally {
      give()
    }
  }
  const nobodys = { cost: COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) }
  return {
    hash: async (password) => {
      const salt = randomBytes(SALT_BYTES)
      return encode(salt, await tagOf(password, salt, COST))
    },
    verify: async (password, hash) => {
      const known = hash === null ? nobodys : decode(hash)
      const tag = await tagOf(password, known.salt, known.cost)
      return timingSafeEqual(tag, known.tag) && hash !== null
    },
  }
}

/** The PHC string format, which says how the hash was made: a later, higher cost reads the earlier ones. */
function encode(salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = COST
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]{43})$/

function decode(hash: string): { cost: typeof COST; salt: Buffer; tag: Buffer } {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash) ?? []
  if (salt === undefined || tag === undefined) throw new Error('A stored password hash is not one of ours')
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
