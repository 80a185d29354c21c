import { parseTraceparent, type TraceContext } from '@ai-assistant/telemetry/trace-context'
import { failpoint } from '../lib/failpoint.ts'
import type { Database } from '../storage/database.ts'
import { LEASE_SECONDS } from './worker-lease.ts'

/** A run that belongs to this worker now, in a new epoch. */
export interface TakenRun {
  id: string
  ownerId: string
  conversationId: string
  messageId: string
  userMessageId: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  epoch: number
  deaths: number
  /** The trace its question came with. */
  trace: TraceContext | null
  cancelRequested: boolean
  /** Since the last sign of life of the worker it was taken from; absent where it was not lost, null where that is unknown. */
  silentMs?: number | null
}

export interface Takeover {
  runs: TakenRun[]
  /** Milliseconds until the next lease of another worker runs out, unless that one renews it; null where there is none. */
  nextLossMs: number | null
}

/**
 * Up to so many are taken without asking who else is there; of more, a worker takes its share of those that live. The
 * others look within a second too, and what they leave is shared again, so that a thousand are taken in a few looks.
 */
const WITHOUT_SHARING = 32

/** Who takes over, and whether it believes that a worker is dead because its lease has run out: see `WorkerLease`. */
export interface Successor {
  id: string
  name: string
  believes: boolean
}

/**
 * Takes over runs whose worker's lease has run out, or was given back. Taking over excludes appending by the run's row
 * lock, and raises the epoch, so whatever the old worker still sends is void. The journal is read afterwards, in a
 * statement of its own: one that began before the lock was granted would miss the old worker's last rows.
 */
export async function takeOverRuns(database: Database, me: Successor): Promise<Takeover> {
  const takeover = await database.asSystem(async (tx) => {
    const [rows, leases] = await Promise.all([
      tx.sql<TakenRow>(TAKE, [me.id, me.name, me.believes, WITHOUT_SHARING], 'take_over'),
      tx.sql<{ next_ms: number | null }>(FORGET_DEAD, [me.id, me.name, me.believes], 'take_over_forget'),
    ])
    return { runs: rows.map(toTakenRun), nextLossMs: leases[0]?.next_ms ?? null }
  })
  if (takeover.runs.length > 0) failpoint('takeover.after-claim')
  return takeover
}

/**
 * Takes up runs that name this worker although it does not execute them: the commit that gave them to it was not heard of,
 * or they could not be loaded. A new epoch makes it safe even where that was wrong.
 */
export async function takeUpOwnRuns(database: Database, me: string, runIds: readonly string[]): Promise<TakenRun[]> {
  const rows = await database.asSystem((tx) => tx.sql<TakenRow>(TAKE_UP, [me, runIds], 'take_up'))
  return rows.map(toTakenRun)
}

/** On an embedded database the directory's lock proves that every other worker is dead. */
export async function declareOthersDead(database: Database, me: string): Promise<void> {
  await database.asSystem((tx) => tx.sql(`update worker set lease_until = '-infinity' where id <> $1`, [me]))
}

interface TakenRow {
  id: string
  owner_id: string
  conversation_id: string
  message_id: string
  user_message_id: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  epoch: number
  deaths: number
  traceparent: string | null
  cancel_requested: boolean
  silent_ms?: number | null
}

function toTakenRun(row: TakenRow): TakenRun {
  return {
    id: row.id,
    ownerId: row.owner_id,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    userMessageId: row.user_message_id,
    kind: row.kind,
    epoch: row.epoch,
    deaths: row.deaths,
    trace: parseTraceparent(row.traceparent),
    cancelRequested: row.cancel_requested,
    silentMs: row.silent_ms ?? null,
  }
}

const TAKEN = `run.id, run.owner_id, run.conversation_id, run.message_id, run.user_message_id, run.kind, run.epoch,
    run.deaths, run.traceparent, run.cancel_requested_at is not null as cancel_requested`

/** A worker is dead when it is a former life of this one, when it was declared so, or when its lease is over and believed to be. */
const DEAD = `(worker.name = $2 or worker.lease_until = '-infinity' or $3::boolean and worker.lease_until < clock_timestamp())`

/** A run given back has no worker. Whoever's own lease has run out takes nothing: it would be another's at once. */
const LOST = `
    from run left join worker on worker.id = run.worker_id
    where run.state = 'running' and run.worker_id is distinct from $1::uuid
      and (worker.id is null or ${DEAD})
      and exists (select from worker me where me.id = $1::uuid and me.lease_until > clock_timestamp())`

const TAKE = `
  with lost as (
    select run.id, run.worker_id,
      case when isfinite(worker.lease_until) then
        (extract(epoch from clock_timestamp() - worker.lease_until) + ${LEASE_SECONDS})::float8 * 1000
      end as silent_ms
      ${LOST}
    order by run.id limit greatest($4::bigint, (
      select ceil(count(*)::float8 / (select count(*) from worker where id = $1::uuid or lease_until > clock_timestamp()))
      ${LOST}
    )::bigint)
    for update of run skip locked
  )
  update run set
    worker_id = $1::uuid,
    epoch = run.epoch + 1,
    deaths = run.deaths + case when lost.worker_id is null then 0 else 1 end
  from lost where run.id = lost.id
  returning ${TAKEN}, lost.silent_ms`

const TAKE_UP = `
  update run set epoch = run.epoch + 1
  where run.id = any($2::uuid[]) and run.worker_id = $1::uuid and run.state = 'running'
  returning ${TAKEN}`

/** And when the next one will be dead, so that nobody has to look for it in between. */
const FORGET_DEAD = `
  with forgotten as (
    delete from worker
    where id <> $1::uuid and ${DEAD}
      and not exists (select from run where run.worker_id = worker.id and run.state = 'running')
  )
  select extract(epoch from min(lease_until) - clock_timestamp())::float8 * 1000 as next_ms
  from worker where id <> $1::uuid and lease_until > clock_timestamp()`
