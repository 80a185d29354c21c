import type { Account, Person } from '@ai-assistant/contract'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { sqlState } from '../storage/errors.ts'
import { queries } from '../storage/queries.ts'
import { findByEmail, UNIQUE } from './accounts.ts'
import type { Letters } from './letters.ts'
import { verified } from './passwords.ts'
import { PeopleRefused } from './people-refused.ts'
import { makeCode, useCode } from './sign-in-codes.ts'
import type { SignInThrottle } from './sign-in-throttle.ts'

/** What a person does with their own account. */
export interface OwnAccount {
  get(person: Person): Promise<Account>
  rename(person: Person, name: string, origin: AuditOrigin): Promise<Account>
  /** True where a link was mailed, and the address counts once it is opened. Throws `PeopleRefused`. */
  changeEmail(person: Person, email: string, origin: AuditOrigin): Promise<boolean>
  /** Throws `PeopleRefused`. */
  confirmEmail(person: Person, code: string, origin: AuditOrigin): Promise<Account>
  /** False where the person has no such identity. Throws `PeopleRefused` where it is the only way in. */
  unlink(person: Person, identityId: string, origin: AuditOrigin): Promise<boolean>
}

export function createOwnAccount(parts: {
  database: Database
  secrets: Secrets
  letters: Letters
  throttle: SignInThrottle
  ownerEmail: string | null
}): OwnAccount {
  const { database, secrets, letters, throttle, ownerEmail } = parts
  const get = async (id: string): Promise<Account> => database.asSystem((tx) => read(tx, id))
  return {
    get: ({ id }) => get(id),
    rename: ({ id }, name, origin) =>
      database.asSystem(async (tx) => {
        await tx.run(queries.updateTable('app_user').set({ name }).where('id', '=', id))
        await record(tx, id, 'name', origin)
        return read(tx, id)
      }),
    changeEmail: async ({ id }, email, origin) => {
      if (!letters.canSend) {
        await database.asSystem(async (tx) => {
          await setEmail(tx, id, email, false)
          await record(tx, id, 'email', origin)
        })
        return false
      }
      if (!(await throttle.count('mail', email))) {
        throw new PeopleRefused(
          'rate_limited',
          'This address was written to several times. Look there, or wait an hour.',
        )
      }
      const code = await database.asSystem(async (tx) =>
        (await findByEmail(tx, email)) === null ? makeCode(tx, secrets, { purpose: 'email', userId: id, email }) : null,
      )
      // The answer is the same: whether somebody has the address is told to that somebody alone.
      if (code === null) letters.alreadyHere(email)
      else letters.confirmEmail(email, code)
      return true
    },
    confirmEmail: (person, code, origin) =>
      database.asSystem(async (tx) => {
        const used = await useCode(tx, secrets, code, 'email')
        if (used === null || used.email === null || used.userId !== person.id) {
          throw new PeopleRefused('code_invalid', 'Ask for a fresh link, and open it where you are signed in.')
        }
        await setEmail(tx, person.id, used.email, true)
        await record(tx, person.id, 'email', origin)
        await verified(tx, { ...person, email: used.email }, used.email, ownerEmail)
        return read(tx, person.id)
      }),
    unlink: ({ id }, identityId, origin) =>
      database.asSystem(async (tx) => {
        if (!(await unlink(tx, id, identityId))) return false
        const object = { type: 'identity', id: identityId }
        await recordAudit(tx, { actor: { kind: 'person', id }, action: 'identity.unlinked', object, origin })
        return true
      }),
  }
}

async function record(tx: Tx, id: string, field: 'name' | 'email', origin: AuditOrigin): Promise<void> {
  await recordAudit(tx, { actor: { kind: 'person', id }, action: 'account.changed', details: { field }, origin })
}

async function setEmail(tx: Tx, id: string, email: string, shown: boolean): Promise<void> {
  try {
    await tx.sql('update app_user set email = $2, email_verified_at = case when $3 then now() end where id = $1', [
      id,
      email,
      shown,
    ])
  } catch (error) {
    if (sqlState(error) !== UNIQUE) throw error
    throw new PeopleRefused('email_taken', 'Use another address.', { field: 'body.email' })
  }
}

async function unlink(tx: Tx, personId: string, identityId: string): Promise<boolean> {
  // Locked: of two identities unlinked at once, one stays.
  await tx.sql('select from app_user where id = $1 for update', [personId])
  const rows = await tx.sql<{ id: string }>('select id from identity where user_id = $1', [personId])
  if (!rows.some((row) => row.id === identityId)) return false
  const password = await tx.sql('select from password_hash where user_id = $1', [personId])
  if (rows.length === 1 && password.length === 0) {
    throw new PeopleRefused('last_way_in', 'Set a password first, or link another identity.')
  }
  await tx.run(queries.deleteFrom('identity').where('id', '=', identityId).where('user_id', '=', personId))
  return true
}

async function read(tx: Tx, id: string): Promise<Account> {
  const person = await tx.first(
    queries.selectFrom('app_user').select(['id', 'name', 'email', 'role', 'email_verified_at']).where('id', '=', id),
  )
  if (person === undefined) throw new PeopleRefused('unauthenticated')
  const identities = await tx.all(
    queries
      .selectFrom('identity')
      .select(['id', 'issuer', 'label', 'created_at', 'last_used_at'])
      .where('user_id', '=', id)
      .orderBy('id'),
  )
  const password = await tx.sql('select from password_hash where user_id = $1', [id])
  const { email_verified_at, ...view } = person
  return {
    person: view,
    emailVerified: email_verified_at !== null,
    hasPassword: password.length > 0,
    identities: identities.map((identity) => ({
      id: identity.id,
      issuer: identity.issuer,
      label: identity.label,
      createdAt: identity.created_at.toISOString(),
      lastUsedAt: identity.last_used_at.toISOString(),
    })),
  }
}
