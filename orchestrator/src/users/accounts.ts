import type { Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { sqlState } from '../storage/errors.ts'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { PeopleRefused } from './people-refused.ts'

export interface NewAccount {
  id: string
  name: string
  email: string | null
  /** The address was shown to be theirs. */
  verified: boolean
  role: 'admin' | 'member'
}

/** Makes an account. Who shows the address in OWNER_EMAIL to be theirs becomes the owner, while there is none. */
export async function makeAccount(
  tx: Tx,
  account: NewAccount,
  ownerEmail: string | null,
  how: { means: string; origin: AuditOrigin },
): Promise<Person> {
  const { id, name, email, role } = account
  const claims = account.verified && isSame(email, ownerEmail) && (await mayClaim(tx))
  const person: Person = { id, name, email, role: claims ? 'owner' : role }
  await insertPerson(tx, person, account.verified)
  await recordCreated(tx, person, how)
  return person
}

async function recordCreated(
  tx: Tx,
  { id, role }: Person,
  how: { means: string; origin: AuditOrigin | null },
): Promise<void> {
  const details = { role, means: how.means }
  const actor = { kind: 'person', id } as const
  await recordAudit(tx, { actor, action: 'account.created', details, origin: how.origin })
}

/** The owner's account; it is made where there is no owner yet. For the holder of an owner's code. */
export async function findOrMakeOwner(
  tx: Tx,
  fresh: { id: string; email: string | null; origin: AuditOrigin },
): Promise<Person> {
  if (await mayClaim(tx)) {
    // The address is where the operator says the owner can be reached; nobody has shown it to be theirs, and it may be
    // that of a person who is here already.
    const taken = fresh.email !== null && (await findByEmail(tx, fresh.email)) !== null
    const owner: Person = { id: fresh.id, name: 'Owner', email: taken ? null : fresh.email, role: 'owner' }
    await insertPerson(tx, owner, false)
    await recordCreated(tx, owner, { means: 'link', origin: fresh.origin })
    return owner
  }
  const owner = await findOwner(tx)
  if (owner === undefined) throw new Error('There is an owner, and there is none')
  return owner
}

export async function findOwner(tx: Tx): Promise<Person | undefined> {
  return tx.first(queries.selectFrom('app_user').select(['id', 'name', 'email', 'role']).where('role', '=', 'owner'))
}

/** Somebody who is here already shows the address in OWNER_EMAIL to be theirs. */
export async function claimOwnership(tx: Tx, person: Person, ownerEmail: string | null): Promise<Person> {
  if (!isSame(person.email, ownerEmail) || !(await mayClaim(tx))) return person
  await tx.run(queries.updateTable('app_user').set({ role: 'owner' }).where('id', '=', person.id))
  const object = { type: 'person', id: person.id }
  const details = { role: 'owner', was: person.role }
  await recordAudit(tx, { actor: { kind: 'system' }, action: 'account.role-changed', object, details })
  return { ...person, role: 'owner' }
}

export async function findByEmail(tx: Tx, email: string): Promise<(Person & { status: string }) | null> {
  const row = await tx.first(
    queries
      .selectFrom('app_user')
      .select(['id', 'name', 'email', 'role', 'status'])
      .where(sql<boolean>`lower(email) = lower(${email})`),
  )
  return row ?? null
}

/** Whether there is no owner. Whoever asks is alone until its transaction ends: of fifty who claim at once, one does. */
async function mayClaim(tx: Tx): Promise<boolean> {
  await tx.sql(`select pg_advisory_xact_lock(hashtext('ownership'))`)
  return (await findOwner(tx)) === undefined
}

async function insertPerson(tx: Tx, person: Person, verified: boolean): Promise<void> {
  try {
    await tx.run(
      queries.insertInto('app_user').values({
        ...person,
        email_verified_at: verified ? sql<Date>`now()` : null,
      }),
    )
  } catch (error) {
    if (sqlState(error) !== UNIQUE) throw error
    throw new PeopleRefused('email_taken', 'Sign in to that account, or use another address.')
  }
}

/** SQLSTATE of a second row where there may be one. */
export const UNIQUE = '23505'

function isSame(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a.toLowerCase() === b.toLowerCase()
}
