import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import { openAccessTokens } from '../users/access-tokens.ts'
import { type ApiKeys, createApiKeys } from '../users/api-keys.ts'
import { type BearerCredentials, createBearerCredentials } from '../users/bearer-credentials.ts'
import { createTokenFamilies, type TokenFamilies } from '../users/tokens.ts'

/** What knows the programs that call in a person's name. */
export interface Credentials {
  keys: ApiKeys
  tokens: TokenFamilies
  bearers: BearerCredentials
}

export async function openCredentials(parts: {
  config: Config
  database: Database
  secrets: Secrets
  log: Logger
}): Promise<Credentials> {
  const { config, database, secrets, log } = parts
  const { jwtSecretKey, jwtSecretKeyPrevious: previous } = config.secrets
  const { dataDir, http } = config
  const access = await openAccessTokens({ jwtSecretKey, previous, dataDir, issuer: http.publicUrl })
  const onUnreadable = (error: unknown): void => log.warn({ err: error }, 'An API key cannot be read and is refused')
  const keys = createApiKeys({ database, secrets, onUnreadable })
  const tokens = createTokenFamilies({ database, secrets, access })
  const onError = (error: unknown): void => log.warn({ err: error }, 'The last use of an API key was not noted')
  return { keys, tokens, bearers: createBearerCredentials({ keys, tokens, now: Date.now, onError }) }
}
