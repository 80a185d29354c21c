import type { Invitation, Invite, Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { newId } from '../lib/new-id.ts'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { findByEmail } from './accounts.ts'
import type { Letters } from './letters.ts'
import { PeopleRefused } from './people-refused.ts'
import { closed, type SignUpMode } from './sign-up-mode.ts'

/** A link that makes one account: it is told or mailed once, works once, and can be taken back. */
export interface Invitations {
  list(): Promise<Invitation[]>
  /** Mails the link where there is mail and an address; else returns it, for the administrator to hand over. */
  invite(
    by: Person,
    invite: Invite,
    origin: AuditOrigin,
  ): Promise<{ invitation: Invitation; url: string | null; mailFailed: boolean }>
  /** False where there is no such invitation. */
  remove(by: Person, id: string, origin: AuditOrigin): Promise<boolean>
}

/** Longer than other links: an invitation is read the next morning, and opens nothing that exists. */
const DAYS = 7
const MOST_SHOWN = 500

export function createInvitations(parts: {
  database: Database
  secrets: Secrets
  letters: Letters
  mode: SignUpMode
}): Invitations {
  const { database, secrets, letters, mode } = parts
  return {
    list: async () => {
      const rows = await database.asSystem((tx) => tx.sql<Row>(LIST, [null, MOST_SHOWN]))
      return rows.map(toInvitation)
    },
    invite: async (by, { email, role }, origin) => {
      if (role === 'admin' && by.role !== 'owner') {
        throw new PeopleRefused('forbidden', 'Only the owner invites administrators.')
      }
      if (mode === 'closed') throw closed(mode)
      const code = newToken()
      const mailed = email !== undefined && letters.canSend
      const row = await database.asSystem(async (tx) => {
        if (email !== undefined && (await findByEmail(tx, email)) !== null) {
          throw new PeopleRefused('email_taken', 'This person has an account already.')
        }
        const id = newId()
        await tx.run(
          queries.insertInto('invitation').values({
            id,
            code_hash: secrets.hash('invitation', code),
            email: email ?? null,
            role,
            mailed,
            invited_by: by.id,
            expires_at: sql<Date>`now() + make_interval(days => ${DAYS})`,
          }),
        )
        const actor = { kind: 'person', id: by.id } as const
        const object = { type: 'invitation', id }
        await recordAudit(tx, { actor, action: 'invitation.made', object, details: { role, mailed }, origin })
        return (await tx.sql<Row>(LIST, [id, 1]))[0]
      })
      if (row === undefined) throw new Error('The invitation that was just made is not there')
      const taken = mailed && (await letters.invitation(email, code, by.name))
      // Handed over, it no longer shows whose the address is.
      if (mailed && !taken) await database.asSystem((tx) => tx.sql(NOT_MAILED, [row.id]))
      const invitation = toInvitation({ ...row, mailed: taken })
      return { invitation, url: taken ? null : letters.url('join', code), mailFailed: mailed && !taken }
    },
    remove: (by, id, origin) =>
      database.asSystem(async (tx) => {
        if ((await tx.run(queries.deleteFrom('invitation').where('id', '=', id))) === 0) return false
        const actor = { kind: 'person', id: by.id } as const
        await recordAudit(tx, { actor, action: 'invitation.revoked', object: { type: 'invitation', id }, origin })
        return true
      }),
  }
}

export interface UsedInvitation {
  email: string | null
  role: 'admin' | 'member'
  /** Whether holding the link shows that the address is theirs. */
  mailed: boolean
}

/** Uses an invitation up. Null where it is unknown, used, taken back or too old. */
export async function useInvitation(tx: Tx, hashes: readonly Buffer[]): Promise<UsedInvitation | null> {
  const rows = await tx.sql<UsedInvitation>(
    'delete from invitation where code_hash = any($1) and expires_at > now() returning email, role, mailed',
    [hashes],
  )
  return rows[0] ?? null
}

/** The same without using it up. */
export async function lookAtInvitation(tx: Tx, hashes: readonly Buffer[]): Promise<UsedInvitation | null> {
  const rows = await tx.sql<UsedInvitation>(
    'select email, role, mailed from invitation where code_hash = any($1) and expires_at > now()',
    [hashes],
  )
  return rows[0] ?? null
}

interface Row {
  id: string
  email: string | null
  role: 'admin' | 'member'
  mailed: boolean
  invited_by: string | null
  created_at: Date
  expires_at: Date
}

const NOT_MAILED = 'update invitation set mailed = false where id = $1'

const LIST = `
  select i.id, i.email, i.role, i.mailed, u.name as invited_by, i.created_at, i.expires_at
  from invitation i left join app_user u on u.id = i.invited_by
  where i.expires_at > now() and ($1::uuid is null or i.id = $1)
  order by i.id desc limit $2`

function toInvitation(row: Row): Invitation {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    mailed: row.mailed,
    invitedBy: row.invited_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}
