import type { Database } from '../storage/database.ts'

/** Deletes sessions, sign-in codes and tokens that nobody can use any more. Expired keys stay, to be seen by their person. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.asSystem(async (tx) => {
    await tx.sql('delete from session where expires_at < now()')
    await tx.sql('delete from sign_in_code where expires_at < now()')
    await tx.sql('delete from token_family where expires_at < now()')
    await tx.sql('delete from refresh_token where expires_at < now()')
  })
}
