import type { Database } from '../storage/database.ts'

/** Deletes sessions and sign-in codes that nobody can use any more. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.asSystem(async (tx) => {
    await tx.sql('delete from session where expires_at < now()')
    await tx.sql('delete from sign_in_code where expires_at < now()')
  })
}
