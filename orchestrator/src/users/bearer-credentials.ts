import { createHash } from 'node:crypto'
import type { ApiKeys } from './api-keys.ts'
import { KEY_BEGINS } from './api-keys.ts'
import type { FoundCredential } from './found-credential.ts'
import type { TokenFamilies } from './tokens.ts'

/** Who is behind a bearer token: an API key or an access token. */
export interface BearerCredentials {
  find(bearer: string): Promise<FoundCredential['caller'] | null>
  /** Asks the database again for each: one was revoked here. */
  forget(): void
}

/** How long an answer of the database is believed: whoever is suspended or revoked anywhere is out after this. */
const BELIEVED_MS = 3000

const MAX_REMEMBERED = 5000

export function createBearerCredentials(services: {
  keys: ApiKeys
  tokens: TokenFamilies
  now: () => number
  onError: (error: unknown) => void
}): BearerCredentials {
  const { keys, tokens, now, onError } = services
  const remembered = new Map<string, { until: number; found: Promise<FoundCredential | null> }>()
  const look = async (bearer: string): Promise<FoundCredential | null> => {
    if (!bearer.startsWith(KEY_BEGINS)) return tokens.find(bearer)
    const found = await keys.find(bearer)
    if (found !== null) keys.touch(found.caller.credentialId).catch(onError)
    return found
  }
  const remember = (name: string, bearer: string): Promise<FoundCredential | null> => {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    const found = look(bearer)
    const entry = { until: now() + BELIEVED_MS, found }
    remembered.set(name, entry)
    // Only what is known is remembered: a key made a moment later must be found, and strangers fill no memory.
    const drop = (): void => void (remembered.get(name) === entry && remembered.delete(name))
    found.then((one) => one === null && drop(), drop)
    return found
  }
  return {
    find: async (bearer) => {
      const name = createHash('sha256').update(bearer).digest('base64')
      const known = remembered.get(name)
      const found = await (known !== undefined && known.until > now() ? known.found : remember(name, bearer))
      return found === null || (found.expiresAt !== null && found.expiresAt <= now()) ? null : found.caller
    },
    forget: () => remembered.clear(),
  }
}
