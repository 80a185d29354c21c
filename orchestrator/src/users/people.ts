import type { AuditAction, ChangePerson, ListPeople, PeoplePage, Person, PersonView } from '@ai-assistant/contract'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { Letters } from './letters.ts'
import { PeopleRefused } from './people-refused.ts'
import { CODE_MINUTES, makeCode } from './sign-in-codes.ts'

/** Everybody with an account, for administrators. Null where there is no such person. */
export interface People {
  list(query: ListPeople): Promise<PeoplePage>
  change(by: By, id: string, change: ChangePerson): Promise<PersonView | null>
  /** A link to hand over by which the person sets a new password; earlier ones end. */
  passwordLink(by: By, id: string): Promise<{ url: string; expiresAt: string } | null>
  handOver(by: By, id: string): Promise<PersonView | null>
  /** Throws `PeopleRefused` where `by` may not delete this person. */
  mayRemove(by: By, id: string): Promise<true | null>
}

/** Who does it, and from where. */
export interface By {
  person: Person
  origin: AuditOrigin
}

export function createPeople(parts: { database: Database; secrets: Secrets; letters: Letters }): People {
  const { database, secrets, letters } = parts
  return {
    list: (query) => database.asSystem((tx) => list(tx, query)),
    change: (by, id, change) => database.asSystem((tx) => changeOne(tx, by, id, change)),
    passwordLink: (by, id) =>
      database.asSystem(async (tx) => {
        const person = await lockOne(tx, id)
        if (person === undefined) return null
        refuseAbove(by.person, person)
        await record(tx, by, id, 'password.reset-asked')
        await tx.run(queries.deleteFrom('sign_in_code').where('user_id', '=', id).where('purpose', '=', 'reset'))
        const code = await makeCode(tx, secrets, { purpose: 'reset', userId: id, email: null })
        const expiresAt = new Date(Date.now() + CODE_MINUTES * 60_000).toISOString()
        return { url: letters.url('reset', code), expiresAt }
      }),
    handOver: (by, id) => database.asSystem((tx) => handOver(tx, by, id)),
    mayRemove: (by, id) =>
      database.asSystem(async (tx) => {
        const person = await lockOne(tx, id)
        if (person === undefined) return null
        refuseAbove(by.person, person)
        return true
      }),
  }
}

async function list(tx: Tx, { after, limit, search }: ListPeople): Promise<PeoplePage> {
  const words = search?.trim() ?? ''
  const pattern = words === '' ? null : `%${words.replace(/[\\%_]/g, '\\$&')}%`
  const rows = await tx.sql<Row>(
    `${VIEW} where ($1::uuid is null or u.id > $1) and ($2::text is null or u.name ilike $2 or u.email ilike $2)
     order by u.id limit $3`,
    [after ?? null, pattern, limit + 1],
  )
  const items = rows.slice(0, limit).map(toView)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

async function changeOne(tx: Tx, by: By, id: string, change: ChangePerson): Promise<PersonView | null> {
  const person = await lockOne(tx, id)
  if (person === undefined) return null
  if (id === by.person.id)
    throw new PeopleRefused('forbidden', 'Nobody changes their own role, or suspends themselves.')
  refuseAbove(by.person, person)
  if (change.role !== undefined && by.person.role !== 'owner') {
    throw new PeopleRefused('forbidden', 'Only the owner decides who is an administrator.')
  }
  if (Object.keys(change).length > 0) await tx.run(queries.updateTable('app_user').set(change).where('id', '=', id))
  if (change.role !== undefined && change.role !== person.role) {
    await record(tx, by, id, 'account.role-changed', { role: change.role, was: person.role })
  }
  if (change.status !== undefined && change.status !== person.status) {
    await record(tx, by, id, change.status === 'suspended' ? 'account.suspended' : 'account.restored')
  }
  // Let in again, a person signs in again: what was open before stays closed.
  if (change.status === 'suspended') {
    await tx.run(queries.deleteFrom('session').where('user_id', '=', id))
    await tx.run(queries.deleteFrom('sign_in_code').where('user_id', '=', id))
  }
  return viewOne(tx, id)
}

async function handOver(tx: Tx, { person: by, origin }: By, id: string): Promise<PersonView | null> {
  await tx.sql(`select pg_advisory_xact_lock(hashtext('ownership'))`)
  // Both at once and in one order: two who hand over to each other wait instead of dead-locking.
  const both = await tx.sql<{ id: string; role: string; status: string }>(
    'select id, role, status from app_user where id = any($1::uuid[]) order by id for update',
    [[by.id, id]],
  )
  const next = both.find((person) => person.id === id)
  if (next === undefined) return null
  if (both.find((person) => person.id === by.id)?.role !== 'owner') {
    throw new PeopleRefused('forbidden', 'Only the owner hands over, and somebody else is by now.')
  }
  if (next.status !== 'active') throw new PeopleRefused('unprocessable', 'A suspended person cannot become the owner.')
  if (id !== by.id) {
    await tx.run(queries.updateTable('app_user').set({ role: 'admin' }).where('id', '=', by.id))
    await tx.run(queries.updateTable('app_user').set({ role: 'owner' }).where('id', '=', id))
    await record(tx, { person: by, origin }, id, 'account.role-changed', { role: 'owner', was: next.role })
    await record(tx, { person: by, origin }, by.id, 'account.role-changed', { role: 'admin', was: 'owner' })
  }
  return viewOne(tx, id)
}

async function record(
  tx: Tx,
  { person, origin }: By,
  id: string,
  action: AuditAction,
  details: Record<string, string> = {},
): Promise<void> {
  const actor = { kind: 'person', id: person.id } as const
  await recordAudit(tx, { actor, action, object: { type: 'person', id }, details, origin })
}

function lockOne(tx: Tx, id: string): Promise<{ id: string; role: Person['role']; status: string } | undefined> {
  return tx.first(queries.selectFrom('app_user').select(['id', 'role', 'status']).where('id', '=', id).forUpdate())
}

/** Administrators look after members; the owner looks after everybody else. Nobody gains by it what they have not. */
function refuseAbove(by: Person, person: { role: Person['role'] }): void {
  if (person.role === 'owner') {
    throw new PeopleRefused('owner_stays', 'Hand over to somebody else first; only the owner can.')
  }
  if (person.role === 'admin' && by.role !== 'owner') {
    throw new PeopleRefused('forbidden', 'Only the owner does this to an administrator.')
  }
}

interface Row {
  id: string
  name: string
  email: string | null
  role: Person['role']
  status: 'active' | 'suspended'
  email_verified_at: Date | null
  created_at: Date
  has_password: boolean
  issuers: string[]
  last_seen_at: Date | null
}

const VIEW = `
  select u.id, u.name, u.email, u.role, u.status, u.email_verified_at, u.created_at,
    exists (select from password_hash p where p.user_id = u.id) as has_password,
    array(select i.issuer from identity i where i.user_id = u.id order by i.id) as issuers,
    (select max(s.last_seen_at) from session s where s.user_id = u.id) as last_seen_at
  from app_user u`

async function viewOne(tx: Tx, id: string): Promise<PersonView | null> {
  const rows = await tx.sql<Row>(`${VIEW} where u.id = $1`, [id])
  return rows[0] === undefined ? null : toView(rows[0])
}

function toView(row: Row): PersonView {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    status: row.status,
    emailVerified: row.email_verified_at !== null,
    hasPassword: row.has_password,
    issuers: row.issuers,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
  }
}
