import type { WaysIn } from '@ai-assistant/contract'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { newId } from '../lib/new-id.ts'
import type { Mail } from '../mail/open-mail.ts'
import type { Provider } from '../providers/provider.ts'
import { openSecrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createIdentities, type Identities } from '../users/identities.ts'
import { createInvitations, type Invitations } from '../users/invitations.ts'
import { createLetters } from '../users/letters.ts'
import { createOwnAccount, type OwnAccount } from '../users/own-account.ts'
import { createPasswordHasher } from '../users/password-hash.ts'
import { createPasswords, type Passwords } from '../users/passwords.ts'
import { createPeople, type People } from '../users/people.ts'
import { createSessions, type Sessions } from '../users/sessions.ts'
import { createSignInCodes, type SignInCodes } from '../users/sign-in-codes.ts'
import { createSignInThrottle } from '../users/sign-in-throttle.ts'
import { createSignUp, type SignUp } from '../users/sign-up.ts'
import { type Credentials, openCredentials } from './open-credentials.ts'
import { openProviders } from './open-providers.ts'

/** What knows people: how they come in, who is in, and what becomes of them. */
export interface PeopleRooms extends Credentials {
  waysIn: WaysIn
  codes: SignInCodes
  sessions: Sessions
  passwords: Passwords
  signUp: SignUp
  account: OwnAccount
  people: People
  invitations: Invitations
  identities: Identities
  providers: Provider[]
  close(): Promise<void>
}

export async function openPeople(parts: {
  config: Config
  database: Database
  log: Logger
  metrics: Metrics
}): Promise<PeopleRooms> {
  const { config, database, log, metrics } = parts
  const { appName } = config
  const { ownerEmail, signUp: mode } = config.people
  const { secretKey, secretKeyPrevious: previous } = config.secrets
  const secrets = await openSecrets({ secretKey, previous, dataDir: config.dataDir })
  const mail = await mailOf(config, log, metrics)
  const letters = createLetters({ mail, appName, publicUrl: config.http.publicUrl })
  const throttle = createSignInThrottle(database, secrets)
  const sessions = createSessions(database, secrets)
  const providers = await openProviders(config.providers)
  const common = { database, secrets, throttle, letters, ownerEmail, log }
  const passwords = createPasswords({ ...common, hasher: createPasswordHasher(), sessions, appName })
  return {
    ...(await openCredentials({ ...parts, secrets })),
    waysIn: { appName, providers: providers.map(({ id, name }) => ({ id, name })), signUp: mode, mail: mail !== null },
    codes: createSignInCodes({ database, secrets, newId, ownerEmail }),
    sessions,
    passwords,
    signUp: createSignUp({ ...common, passwords, mode }),
    account: createOwnAccount(common),
    people: createPeople(common),
    invitations: createInvitations({ ...common, mode }),
    identities: createIdentities({ ...common, mode }),
    providers,
    close: async () => {
      await Promise.all([mail?.close(), ...providers.map((provider) => provider.close())])
    },
  }
}

/** Loaded only where letters are sent. */
async function mailOf(config: Config, log: Logger, metrics: Metrics): Promise<Mail | null> {
  if (config.mail === null) return null
  const { openMail } = await import('../mail/open-mail.ts')
  return openMail({ ...config.mail, log, onSent: (outcome) => metrics.letters.inc({ outcome }) })
}
