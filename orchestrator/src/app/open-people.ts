import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { newId } from '../lib/new-id.ts'
import { openSecrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import { type Credentials, openCredentials } from './open-credentials.ts'
import { createSessions, type Sessions } from '../users/sessions.ts'
import { createSignInCodes, type SignInCodes } from '../users/sign-in-codes.ts'

/** What knows people: how they come in, who is in, and which programs call in their name. */
export interface People extends Credentials {
  codes: SignInCodes
  sessions: Sessions
}

export async function openPeople(options: { config: Config; database: Database; log: Logger }): Promise<People> {
  const { config, database } = options
  const { secretKey, secretKeyPrevious: previous } = config.secrets
  const secrets = await openSecrets({ secretKey, previous, dataDir: config.dataDir })
  return {
    ...(await openCredentials({ ...options, secrets })),
    codes: createSignInCodes({ database, secrets, newId, ownerEmail: config.people.ownerEmail }),
    sessions: createSessions(database, secrets),
  }
}
