import type { Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

/** Single-use codes that sign a person in: good for fifteen minutes, told once, stored as a keyed hash. */
export interface SignInCodes {
  /** A fresh code for the owner: it makes the owner where there is none yet. Earlier owner codes end. */
  forOwner(): Promise<string>
  hasOwner(): Promise<boolean>
  /** Uses a code up. Null where it is unknown, used, or too old. */
  redeem(code: string): Promise<Person | null>
}

const MINUTES = 15

export function createSignInCodes(options: {
  database: Database
  secrets: Secrets
  newId: () => string
  ownerEmail: string | null
}): SignInCodes {
  const { database, secrets } = options
  return {
    forOwner: async () => {
      const code = newToken()
      await database.asSystem(async (tx) => {
        await tx.run(queries.deleteFrom('sign_in_code').where('purpose', '=', 'owner'))
        await tx.run(
          queries.insertInto('sign_in_code').values({
            code_hash: secrets.hash('sign-in-code', code),
            purpose: 'owner',
            user_id: null,
            expires_at: sql<Date>`now() + make_interval(mins => ${MINUTES})`,
            used_at: null,
          }),
        )
      })
      return code
    },
    hasOwner: () => database.asSystem(async (tx) => (await findOwner(tx)) !== undefined),
    redeem: (code) =>
      database.asSystem(async (tx) => {
        const used = await tx.sql<{ purpose: string }>(
          `update sign_in_code set used_at = now()
           where code_hash = any($1) and used_at is null and expires_at > now() returning purpose`,
          [secrets.hashes('sign-in-code', code)],
        )
        if (used.length === 0) return null
        return (await findOwner(tx)) ?? makeOwner(tx, options)
      }),
  }
}

async function findOwner(tx: Tx): Promise<Person | undefined> {
  return tx.first(queries.selectFrom('app_user').select(['id', 'name', 'email', 'role']).where('role', '=', 'owner'))
}

async function makeOwner(tx: Tx, options: { newId: () => string; ownerEmail: string | null }): Promise<Person> {
  const owner: Person = { id: options.newId(), name: 'Owner', email: options.ownerEmail, role: 'owner' }
  await tx.run(queries.insertInto('app_user').values(owner))
  return owner
}
