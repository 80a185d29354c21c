import type { Tx } from '../storage/database.ts'

/** How many answers a person may start; null: any number. */
export interface AnswerLimits {
  perMinute: number
  perHour: number
}

/**
 * Counts one answer against a person's sliding windows, or returns the seconds until one may be started again. It counts
 * in the transaction that starts the answer: what is refused or rolled back costs nothing, every replica counts the same,
 * and the limit is exact at the edge of its window, because one person's starts are counted one after the other.
 */
export async function countAnswer(tx: Tx, personId: string, limits: AnswerLimits): Promise<number | null> {
  await tx.sql('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [personId])
  const rows = await tx.sql<{ wait: string | number | null }>(COUNT, [personId, limits.perMinute, limits.perHour])
  const wait = Number(rows[0]?.wait ?? 0)
  return wait > 0 ? Math.ceil(wait) : null
}

/** The n-th newest start must be older than the window. The clock is read after the lock was granted. */
const COUNT = `
  with moment as materialized (select clock_timestamp() as now),
  forgotten as (
    delete from answer_start
    where owner_id = $1 and started_at <= (select now from moment) - interval '1 hour'
  ),
  recent as materialized (
    select started_at from answer_start
    where owner_id = $1 and started_at > (select now from moment) - interval '1 hour'
    order by started_at desc limit greatest($2::int, $3::int)
  ),
  waiting as materialized (
    select greatest(0,
      extract(epoch from (select started_at from recent offset $2::int - 1 limit 1) + interval '1 minute' - now),
      extract(epoch from (select started_at from recent offset $3::int - 1 limit 1) + interval '1 hour' - now)
    ) as wait
    from moment
  ),
  counted as (
    insert into answer_start select $1, now from moment, waiting where wait <= 0
  )
  select wait from waiting`
