import type { Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import type { AuditOrigin } from '../audit/record-audit.ts'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { CodePurpose } from '../storage/tables.ts'
import { findOrMakeOwner, findOwner } from './accounts.ts'

/** Single-use codes that go into a link's fragment: good for fifteen minutes, told once, stored as a keyed hash. */
export interface SignInCodes {
  /** A fresh code for the owner: it makes the owner where there is none yet. Earlier owner codes end. */
  forOwner(): Promise<string>
  hasOwner(): Promise<boolean>
  /** Uses an owner's code up. Null where it is unknown, used, or too old. */
  redeem(code: string, origin: AuditOrigin): Promise<Person | null>
}

/** Whose a code is, and the address it was mailed to, which using it proves. */
export interface KnownCode {
  userId: string | null
  email: string | null
}

export const CODE_MINUTES = 15

export function createSignInCodes(options: {
  database: Database
  secrets: Secrets
  newId: () => string
  ownerEmail: string | null
}): SignInCodes {
  const { database, secrets } = options
  return {
    forOwner: () =>
      database.asSystem(async (tx) => {
        await tx.run(queries.deleteFrom('sign_in_code').where('purpose', '=', 'owner'))
        return makeCode(tx, secrets, { purpose: 'owner', userId: null, email: null })
      }),
    hasOwner: () => database.asSystem(async (tx) => (await findOwner(tx)) !== undefined),
    redeem: (code, origin) =>
      database.asSystem(async (tx) => {
        if ((await useCode(tx, secrets, code, 'owner')) === null) return null
        return findOrMakeOwner(tx, { id: options.newId(), email: options.ownerEmail, origin })
      }),
  }
}

export async function makeCode(
  tx: Tx,
  secrets: Secrets,
  { purpose, userId, email }: KnownCode & { purpose: CodePurpose },
): Promise<string> {
  const code = newToken()
  await tx.run(
    queries.insertInto('sign_in_code').values({
      code_hash: secrets.hash('sign-in-code', code),
      purpose,
      user_id: userId,
      email,
      expires_at: sql<Date>`now() + make_interval(mins => ${CODE_MINUTES})`,
      used_at: null,
    }),
  )
  return code
}

/** Uses a code up; null where it is unknown, used, too old, or for something else. Two who try at once: one gets it. */
export async function useCode(tx: Tx, secrets: Secrets, code: string, purpose: CodePurpose): Promise<KnownCode | null> {
  const rows = await tx.sql<KnownCode>(
    `update sign_in_code set used_at = now()
     where code_hash = any($1) and purpose = $2 and used_at is null and expires_at > now()
     returning user_id as "userId", email`,
    [secrets.hashes('sign-in-code', code), purpose],
  )
  return rows[0] ?? null
}

/** The same without using it up. */
export async function lookAtCode(
  tx: Tx,
  secrets: Secrets,
  code: string,
  purpose: CodePurpose,
): Promise<KnownCode | null> {
  const rows = await tx.sql<KnownCode>(
    `select user_id as "userId", email from sign_in_code
     where code_hash = any($1) and purpose = $2 and used_at is null and expires_at > now()`,
    [secrets.hashes('sign-in-code', code), purpose],
  )
  return rows[0] ?? null
}
