import type { Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { claimOwnership } from './accounts.ts'
import type { Letters } from './letters.ts'
import { passwordFault } from './password-fault.ts'
import type { PasswordHasher } from './password-hash.ts'
import { PeopleRefused } from './people-refused.ts'
import type { Sessions } from './sessions.ts'
import { CODE_MINUTES, lookAtCode, makeCode, useCode } from './sign-in-codes.ts'
import type { SignInThrottle } from './sign-in-throttle.ts'

/** Signing in by address and password, and what keeps passwords worth their name. All of it throws `PeopleRefused`. */
export interface Passwords {
  signIn(attempt: { email: string; password: string; origin: AuditOrigin }): Promise<Person>
  /** Mails a link that sets a new password, if there is somebody to mail it to; the answer never tells. */
  askForReset(email: string, origin: AuditOrigin): Promise<void>
  /** Sets a new password with a link's code, and ends every session. */
  reset(code: string, password: string, origin: AuditOrigin): Promise<Person>
  /** Sets or changes a person's own password, and ends every other session. */
  change(who: Who, password: string): Promise<void>
  /** Whether it is the person who asks, and not somebody at their open page. */
  prove(who: Who): Promise<void>
  /** The hash of a new password; refused with a reason where it is too weak. */
  hashNew(password: string, own: readonly (string | null)[]): Promise<string>
}

/** Who asks, from which session, and what they show of themselves. */
export interface Who {
  person: Person
  sessionId: string
  beganAt: Date
  origin: AuditOrigin
  current: string | undefined
}

export interface PasswordParts {
  database: Database
  secrets: Secrets
  hasher: PasswordHasher
  throttle: SignInThrottle
  sessions: Sessions
  letters: Letters
  ownerEmail: string | null
  appName: string
  log: { warn(fields: object, line: string): void }
}

export function createPasswords(parts: PasswordParts): Passwords {
  const { database, hasher, letters, sessions } = parts
  const hashNew: Passwords['hashNew'] = (password, own) => {
    const wrong = passwordFault(password, [...own, parts.appName])
    if (wrong !== null) throw new PeopleRefused('invalid_request', wrong, { field: 'body.password' })
    return hasher.hash(password)
  }
  const prove = (who: Who): Promise<void> => proveIdentity(parts, who)
  return {
    signIn: (attempt) => signIn(parts, attempt),
    askForReset: async (email, origin) => {
      refuseWithoutMail(letters)
      // Nobody waits for it: how long it takes would tell whether there is an account.
      void mailReset(parts, email, origin).catch((error: unknown) => {
        parts.log.warn({ err: error }, 'A link for a new password could not be made')
      })
    },
    reset: (code, password, origin) => reset(parts, code, (own) => hashNew(password, own), origin),
    change: async (who, password) => {
      await prove(who)
      const { person } = who
      const hash = await hashNew(password, [person.name, person.email])
      await database.asSystem(async (tx) => {
        await storeHash(tx, person.id, hash)
        const actor = { kind: 'person', id: person.id } as const
        await recordAudit(tx, { actor, action: 'password.changed', origin: who.origin })
      })
      await sessions.endAll(person.id, who.sessionId, who.origin)
      if (person.email !== null) letters.passwordChanged(person.email)
    },
    prove,
    hashNew,
  }
}

export function refuseWithoutMail(letters: Letters): void {
  if (letters.canSend) return
  throw new PeopleRefused('unprocessable', 'This assistant sends no mail. An administrator can give you a link.')
}

export async function storeHash(tx: Tx, personId: string, hash: string): Promise<void> {
  await tx.sql(
    `insert into password_hash (user_id, hash) values ($1, $2)
     on conflict (user_id) do update set hash = excluded.hash, changed_at = now()`,
    [personId, hash],
  )
}

async function signIn(
  { database, hasher, throttle, sessions }: PasswordParts,
  { email, password, origin }: Parameters<Passwords['signIn']>[0],
): Promise<Person> {
  const { address } = origin
  const familiar = await sessions.isFamiliar(email, address)
  const takeBack = await throttle.tryPassword({ email, address, familiar })
  const rows = await database.asSystem((tx) =>
    tx.sql<Person & { status: string; hash: string | null }>(
      `select u.id, u.name, u.email, u.role, u.status, p.hash
       from app_user u left join password_hash p on p.user_id = u.id where lower(u.email) = lower($1)`,
      [email],
    ),
  )
  const { hash, status, ...person } = rows[0] ?? {
    hash: null,
    status: '',
    id: '',
    name: '',
    email: null,
    role: 'member',
  }
  const right = await hasher.verify(password, hash)
  if (right && status === 'active') {
    await takeBack()
    return person
  }
  await database.asSystem((tx) =>
    recordAudit(tx, {
      actor: { kind: 'anonymous' },
      action: 'sign-in.failed',
      // What was typed is not kept: it may be a password in the wrong field.
      object: person.id === '' ? null : { type: 'person', id: person.id },
      details: { means: 'password', reason: right ? 'suspended' : 'wrong' },
      origin,
    }),
  )
  // Told to those alone who know the password.
  throw right ? new PeopleRefused('forbidden', SUSPENDED) : new PeopleRefused('sign_in_failed')
}

export const SUSPENDED = 'This account is suspended. Ask an administrator.'

async function proveIdentity({ database, hasher, throttle }: PasswordParts, who: Who): Promise<void> {
  const { person, origin, current } = who
  const rows = await database.asSystem((tx) =>
    tx.sql<{ hash: string }>('select hash from password_hash where user_id = $1', [person.id]),
  )
  const hash = rows[0]?.hash ?? null
  if (hash === null) {
    if (Date.now() - who.beganAt.getTime() <= CODE_MINUTES * 60_000) return
    throw new PeopleRefused('sign_in_again', 'Sign out and in again; then this is possible for 15 minutes.')
  }
  if (current === undefined) {
    throw new PeopleRefused('sign_in_again', 'Write the current password as well.', { field: 'body.current' })
  }
  const takeBack = await throttle.tryPassword({ email: person.id, address: origin.address, familiar: true })
  if (!(await hasher.verify(current, hash))) {
    throw new PeopleRefused('sign_in_again', 'The current password is not right.', { field: 'body.current' })
  }
  await takeBack()
}

async function mailReset(
  { database, secrets, letters, throttle }: PasswordParts,
  email: string,
  origin: AuditOrigin,
): Promise<void> {
  if (!(await throttle.count('mail', email))) return
  const code = await database.asSystem(async (tx) => {
    const person = await tx.first(
      queries
        .selectFrom('app_user')
        .select(['id', 'email'])
        .where(sql<boolean>`lower(email) = lower(${email})`)
        .where('status', '=', 'active'),
    )
    if (!person?.email) return null
    const object = { type: 'person', id: person.id }
    await recordAudit(tx, { actor: { kind: 'anonymous' }, action: 'password.reset-asked', object, origin })
    return makeCode(tx, secrets, { purpose: 'reset', userId: person.id, email: person.email })
  })
  if (code !== null) letters.reset(email, code)
}

async function reset(
  { database, secrets, letters, ownerEmail }: PasswordParts,
  code: string,
  hashFor: (own: (string | null)[]) => Promise<string>,
  origin: AuditOrigin,
): Promise<Person> {
  const before = await database.asSystem(async (tx) => {
    const seen = await lookAtCode(tx, secrets, code, 'reset')
    return seen === null ? null : activePerson(tx, seen.userId)
  })
  if (before === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
  // Hashed before the code is used up: a weak password costs no link. And outside of a transaction: it takes its time.
  const hash = await hashFor([before.name, before.email])
  const person = await database.asSystem(async (tx) => {
    const used = await useCode(tx, secrets, code, 'reset')
    const current = used === null ? null : await activePerson(tx, used.userId)
    if (used === null || current === null) return null
    await storeHash(tx, current.id, hash)
    await closeOtherWays(tx, current.id)
    await recordAudit(tx, { actor: { kind: 'person', id: current.id }, action: 'password.reset', origin })
    return used.email === null ? current : verified(tx, current, used.email, ownerEmail)
  })
  if (person === null) throw new PeopleRefused('code_invalid', 'Ask for a fresh link.')
  if (person.email !== null) letters.passwordChanged(person.email)
  return person
}

/** A new password ends what the old one opened. */
async function closeOtherWays(tx: Tx, personId: string): Promise<void> {
  // Whoever made the account with an address that was not theirs must not stay in it by another way.
  const unproven = await tx.sql('select from app_user where id = $1 and email_verified_at is null', [personId])
  if (unproven.length > 0) {
    await tx.sql('delete from identity where user_id = $1', [personId])
    await tx.sql('delete from api_key where user_id = $1', [personId])
  }
  await tx.sql('delete from session where user_id = $1', [personId])
  await tx.sql('delete from token_family where user_id = $1', [personId])
  await tx.sql('delete from sign_in_code where user_id = $1', [personId])
}

/** The code came by mail: the address is theirs, if it still is the account's. */
export async function verified(tx: Tx, person: Person, email: string, ownerEmail: string | null): Promise<Person> {
  if (person.email?.toLowerCase() !== email.toLowerCase()) return person
  await tx.sql('update app_user set email_verified_at = coalesce(email_verified_at, now()) where id = $1', [person.id])
  return claimOwnership(tx, person, ownerEmail)
}

async function activePerson(tx: Tx, id: string | null): Promise<Person | null> {
  const person = await tx.first(
    queries
      .selectFrom('app_user')
      .select(['id', 'name', 'email', 'role'])
      .where('id', '=', id)
      .where('status', '=', 'active'),
  )
  return person ?? null
}
