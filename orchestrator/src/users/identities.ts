import type { Person } from '@ai-assistant/contract'
import { createHmac } from 'node:crypto'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { newId } from '../lib/new-id.ts'
import type { Profile } from '../providers/provider.ts'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { sqlState } from '../storage/errors.ts'
import { findByEmail, findOwner, makeAccount, UNIQUE } from './accounts.ts'
import { type UsedInvitation, useInvitation } from './invitations.ts'
import { SUSPENDED, verified } from './passwords.ts'
import { PeopleRefused } from './people-refused.ts'
import { closed, type SignUpMode } from './sign-up-mode.ts'

/** People as other providers know them. Who somebody is, is issuer and subject, never an address. */
export interface Identities {
  /** A browser sets out for a provider. The token is for its cookie; what goes out and must come back follows from it. */
  setOut(trip: { provider: string; linkTo: string | null; invitation: string | null }): Promise<string>
  /** It is back: once. Null where it never set out for this provider, came back already, or was too long on the way. */
  comeBack(token: string, provider: string): Promise<{ linkTo: string | null; invitationHash: Buffer | null } | null>
  /** Who the profile belongs to; makes the account where somebody may. Throws `PeopleRefused`. */
  signIn(profile: Profile, invitationHash: Buffer | null, by: { means: string; origin: AuditOrigin }): Promise<Person>
  /** Adds the identity to the account of whoever is signed in. Throws `PeopleRefused`. */
  link(person: Person, profile: Profile, origin: AuditOrigin): Promise<void>
}

export const TRIP_MINUTES = 10

/** State, nonce and verifier follow from the browser's token, each by a name of its own: nothing of them is stored. */
export function wordsOf(token: string): { state: string; nonce: string; verifier: string } {
  const word = (name: string): string => createHmac('sha256', token).update(name).digest('base64url')
  return { state: word('state'), nonce: word('nonce'), verifier: word('verifier') }
}

export function createIdentities(parts: {
  database: Database
  secrets: Secrets
  mode: SignUpMode
  ownerEmail: string | null
}): Identities {
  const { database, secrets } = parts
  return {
    setOut: async ({ provider, linkTo, invitation }) => {
      const token = newToken()
      const invitationHash = invitation === null ? null : secrets.hash('invitation', invitation)
      await database.asSystem((tx) =>
        tx.sql(
          `insert into oauth_attempt (token_hash, provider, user_id, invitation_hash, expires_at)
           values ($1, $2, $3, $4, now() + make_interval(mins => $5))`,
          [secrets.hash('oauth', token), provider, linkTo, invitationHash, TRIP_MINUTES],
        ),
      )
      return token
    },
    comeBack: async (token, provider) => {
      const rows = await database.asSystem((tx) =>
        tx.sql<{ user_id: string | null; invitation_hash: Buffer | null }>(
          `delete from oauth_attempt where token_hash = any($1) and provider = $2 and expires_at > now()
           returning user_id, invitation_hash`,
          [secrets.hashes('oauth', token), provider],
        ),
      )
      const row = rows[0]
      return row === undefined ? null : { linkTo: row.user_id, invitationHash: row.invitation_hash }
    },
    signIn: async (profile, invitationHash, by) => {
      const once = () => database.asSystem((tx) => signIn(tx, parts, profile, invitationHash, by))
      try {
        return await once()
      } catch (error) {
        // The same person in two windows: the other one made the account.
        if (sqlState(error) === UNIQUE) return once()
        if (error instanceof PeopleRefused) await database.asSystem((tx) => recordRefused(tx, error, by))
        throw error
      }
    },
    link: (person, profile, origin) => database.asSystem((tx) => link(tx, person, profile, origin, parts.ownerEmail)),
  }
}

async function signIn(
  tx: Tx,
  { mode, ownerEmail }: { mode: SignUpMode; ownerEmail: string | null },
  profile: Profile,
  invitationHash: Buffer | null,
  by: { means: string; origin: AuditOrigin },
): Promise<Person> {
  const known = await findByIdentity(tx, profile)
  if (known !== null) {
    const { status, ...person } = known
    if (status !== 'active') throw new PeopleRefused('forbidden', SUSPENDED)
    await touch(tx, profile)
    return profile.emailVerified && profile.email !== null ? verified(tx, person, profile.email, ownerEmail) : person
  }
  const invitation = invitationHash === null ? null : await useInvitation(tx, [invitationHash])
  if (invitationHash !== null && invitation === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
  const account = { id: newId(), name: profile.name.slice(0, 100), role: invitation?.role ?? ('member' as const) }
  const address = addressOf(profile, invitation)
  const open = invitation === null ? mode === 'open' : mode !== 'closed'
  if (!open && !(await mayBeOwner(tx, address, ownerEmail))) {
    throw closed(mode)
  }
  if (address.email !== null && (await findByEmail(tx, address.email)) !== null) {
    throw new PeopleRefused('email_taken', 'Sign in to that account first, and link this identity there.')
  }
  const person = await makeAccount(tx, { ...account, ...address }, ownerEmail, by)
  await insertIdentity(tx, person, profile, by.origin)
  if (invitation !== null) {
    const actor = { kind: 'person', id: person.id } as const
    await recordAudit(tx, { actor, action: 'invitation.accepted', details: { role: person.role }, origin: by.origin })
  }
  return person
}

/** An address that nobody has seen to be theirs is not taken over: it may be another's. */
function addressOf(profile: Profile, invitation: UsedInvitation | null): { email: string | null; verified: boolean } {
  if (invitation?.mailed && invitation.email !== null) return { email: invitation.email, verified: true }
  if (profile.emailVerified && profile.email !== null) return { email: profile.email, verified: true }
  return { email: invitation?.email ?? null, verified: false }
}

async function mayBeOwner(
  tx: Tx,
  { email, verified: shown }: { email: string | null; verified: boolean },
  ownerEmail: string | null,
): Promise<boolean> {
  if (!shown || ownerEmail === null || email?.toLowerCase() !== ownerEmail.toLowerCase()) return false
  return (await findOwner(tx)) === undefined
}

async function link(
  tx: Tx,
  person: Person,
  profile: Profile,
  origin: AuditOrigin,
  ownerEmail: string | null,
): Promise<void> {
  const known = await findByIdentity(tx, profile)
  if (known !== null && known.id !== person.id) {
    throw new PeopleRefused('identity_taken', 'Sign in with it, and unlink it there.')
  }
  if (known === null) await insertIdentity(tx, person, profile, origin)
  if (profile.emailVerified && profile.email !== null) await verified(tx, person, profile.email, ownerEmail)
}

async function findByIdentity(tx: Tx, { issuer, subject }: Profile): Promise<(Person & { status: string }) | null> {
  const rows = await tx.sql<Person & { status: string }>(
    `select u.id, u.name, u.email, u.role, u.status from identity i join app_user u on u.id = i.user_id
     where i.issuer = $1 and i.subject = $2`,
    [issuer, subject],
  )
  return rows[0] ?? null
}

async function touch(tx: Tx, profile: Profile): Promise<void> {
  await tx.sql('update identity set last_used_at = now(), label = $3 where issuer = $1 and subject = $2', [
    profile.issuer,
    profile.subject,
    labelOf(profile),
  ])
}

async function insertIdentity(tx: Tx, { id }: Person, profile: Profile, origin: AuditOrigin): Promise<void> {
  const { issuer, subject } = profile
  const identityId = newId()
  await tx.sql('insert into identity (id, user_id, issuer, subject, label) values ($1, $2, $3, $4, $5)', [
    identityId,
    id,
    issuer,
    subject,
    labelOf(profile),
  ])
  const object = { type: 'identity', id: identityId }
  await recordAudit(tx, {
    actor: { kind: 'person', id },
    action: 'identity.linked',
    object,
    details: { issuer },
    origin,
  })
}

function labelOf({ email, name }: Profile): string {
  return (email ?? name).slice(0, 200)
}

async function recordRefused(
  tx: Tx,
  { code }: PeopleRefused,
  { means, origin }: { means: string; origin: AuditOrigin },
): Promise<void> {
  const details = { means, reason: code }
  await recordAudit(tx, { actor: { kind: 'anonymous' }, action: 'sign-in.failed', details, origin })
}
