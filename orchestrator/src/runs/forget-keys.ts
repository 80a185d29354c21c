import type { Database } from '../storage/database.ts'

/** Deletes idempotency keys older than so many days: nobody sends a request again after that. */
export async function forgetKeys(database: Database, days: number): Promise<void> {
  await database.asSystem((tx) =>
    tx.sql('delete from idempotency_key where created_at < now() - make_interval(days => $1::int)', [days]),
  )
}
