import type { Config } from '../config/config.ts'
import { newId } from '../lib/new-id.ts'
import { openSecrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import { createSessions, type Sessions } from '../users/sessions.ts'
import { createSignInCodes, type SignInCodes } from '../users/sign-in-codes.ts'

/** What knows people: how they come in, and who is in. */
export interface People {
  codes: SignInCodes
  sessions: Sessions
}

export async function openPeople({ config, database }: { config: Config; database: Database }): Promise<People> {
  const { secretKey, secretKeyPrevious: previous } = config.secrets
  const secrets = await openSecrets({ secretKey, previous, dataDir: config.dataDir })
  return {
    codes: createSignInCodes({ database, secrets, newId, ownerEmail: config.people.ownerEmail }),
    sessions: createSessions(database, secrets),
  }
}
