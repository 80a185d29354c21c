import type { Database, Tx } from '../storage/database.ts'

/** How many answers a person may start, and have written at the same time. */
export interface AnswerLimits {
  perMinute: number
  perHour: number
  running: number
}

/** How things stand after one answer was counted, or refused. */
export interface AnswerStanding {
  leftThisMinute: number
  leftThisHour: number
  /** Seconds until the oldest start counted leaves the minute, and the hour. */
  minuteSeconds: number
  hourSeconds: number
  /** Seconds until an answer may be started again; 0 where this one was counted. */
  wait: number
  /** As many answers as are allowed are being written; this one was not counted. */
  busy: boolean
}

/**
 * Counts one answer against a person's sliding windows, or says how long until one may be started again. It counts in the
 * transaction that starts the answer: what is refused or rolled back costs nothing, every replica counts the same, and the
 * limit is exact at the edge of its window, because one person's starts are counted one after the other. With `orRefuse`
 * one that is not counted is an error of the database (`refuse_unless`), for whoever does not wait for the answer.
 */
export async function countAnswer(
  tx: Tx,
  personId: string,
  limits: AnswerLimits,
  { orRefuse = false } = {},
): Promise<AnswerStanding> {
  tx.send({ text: LOCK, values: [personId], name: 'count_answer_lock' })
  const { perMinute, perHour, running } = limits
  const rows = await tx.sql<Row>(COUNT, [personId, perMinute, perHour, running, orRefuse], 'count_answer')
  const row = rows[0]
  if (row === undefined) throw new TypeError('The answers of a person could not be counted')
  const counted = row.wait <= 0 && !row.busy ? 1 : 0
  return {
    leftThisMinute: Math.max(0, perMinute - row.in_minute - counted),
    leftThisHour: Math.max(0, perHour - row.in_hour - counted),
    minuteSeconds: Math.max(1, Math.ceil(row.minute_seconds ?? 60)),
    hourSeconds: Math.max(1, Math.ceil(row.hour_seconds ?? 3600)),
    wait: Math.max(0, Math.ceil(row.wait)),
    busy: row.busy,
  }
}

interface Row {
  in_minute: number
  in_hour: number
  minute_seconds: number | null
  hour_seconds: number | null
  wait: number
  busy: boolean
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1::text, 0))'

/**
 * The n-th newest start must be older than the window. The clock is read after the lock was granted. What is older than an
 * hour is left to the hourly chore (`forgetStarts`).
 */
const COUNT = `
  with moment as materialized (select clock_timestamp() as now),
  recent as materialized (
    select started_at, started_at > now - interval '1 minute' as in_minute from moment, answer_start
    where owner_id = $1 and started_at > now - interval '1 hour'
    order by started_at desc limit greatest($2::int, $3::int)
  ),
  counts as materialized (
    select
      count(*) filter (where in_minute)::int as in_minute,
      count(*)::int as in_hour,
      min(started_at) filter (where in_minute) as oldest_in_minute,
      min(started_at) as oldest,
      array_agg(started_at order by started_at desc) as newest
    from recent
  ),
  standing as materialized (
    select in_minute, in_hour,
      extract(epoch from oldest_in_minute + interval '1 minute' - now)::float8 as minute_seconds,
      extract(epoch from oldest + interval '1 hour' - now)::float8 as hour_seconds,
      greatest(0,
        extract(epoch from newest[$2::int] + interval '1 minute' - now),
        extract(epoch from newest[$3::int] + interval '1 hour' - now)
      )::float8 as wait,
      (select count(*) from run where owner_id = $1 and state = 'running') >= $4::int as busy
    from counts, moment
  ),
  counted as (
    insert into answer_start select $1, now from moment, standing where wait <= 0 and not busy
  )
  select *, case when $5 then refuse_unless(wait <= 0 and not busy) end from standing`

/** Deletes the starts that no window reaches any more. */
export async function forgetStarts(database: Database): Promise<void> {
  await database.asSystem((tx) => tx.sql("delete from answer_start where started_at <= now() - interval '1 hour'"))
}
