import type { Database } from '../storage/database.ts'
import { anonymiseLate } from './remove-account.ts'

/** Deletes what nobody can use any more. Expired API keys stay, to be seen by their person. */
export async function forgetExpired(database: Database): Promise<void> {
  await database.asSystem(async (tx) => {
    await tx.sql('delete from session where expires_at < now()')
    await tx.sql('delete from sign_in_code where expires_at < now()')
    await tx.sql('delete from token_family where expires_at < now()')
    await tx.sql('delete from refresh_token where expires_at < now()')
    await tx.sql('delete from invitation where expires_at < now()')
    await tx.sql('delete from oauth_attempt where expires_at < now()')
    await tx.sql(`delete from sign_in_try where tried_at < now() - interval '2 hours'`)
  })
  await anonymiseLate(database)
}
