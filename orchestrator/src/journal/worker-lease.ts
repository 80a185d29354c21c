import type { Logger } from 'pino'
import { failpoint } from '../lib/failpoint.ts'
import { newId } from '../lib/new-id.ts'
import type { Database } from '../storage/database.ts'

/** A worker is believed alive for this long after its last renewal, by the database's clock. */
export const LEASE_SECONDS = 6
const RENEW_MS = 2000
/** Two renewals were missed: before anything is begun, the database is asked whether the lease still stands. Milliseconds. */
const UNSURE_MS = 2 * RENEW_MS
/** Between two renewals, by the database's clock: after more, one of them was missed. */
const MISSED_MS = 1.5 * RENEW_MS
/** In this time after the database's return everybody who lives renews its lease: a renewal that failed is tried again each second. */
const GRACE_MS = RENEW_MS

export interface WorkerLease {
  /** This process's identity as a writer. Changes when the lease was lost. */
  id(): string
  /**
   * The same, to begin something under: whoever slept, or was cut off from the database, hears first whether the lease still
   * stands. What is begun under one that has run out is another worker's at once. Rejects while the database is away.
   */
  current(): Promise<string>
  /**
   * For so many milliseconds more no other worker is believed to be dead because its lease has run out. This one has just
   * begun, or was without the database itself, and so may all others have been: they are given the time to say that they live.
   * Otherwise whoever is back first after an outage would take over what the others are still writing. 0: they are believed.
   */
  graceMs(): number
  /** Gives the lease back: another worker may take over at once what this one has not finished. */
  release(): Promise<void>
}

export interface WorkerLeaseOptions {
  database: Database
  /** What a restarted server shares with its former life, e.g. host and port: it takes over from itself without waiting. */
  name: string
  log: Logger
  /** The lease was lost: everything this process was writing belongs to others now. */
  onLost: () => void
  /** A new lease stands, under a new id. */
  onReplaced: () => void
  /** Milliseconds of a clock that never runs back. */
  clock?: () => number
}

/** Takes a lease, and keeps it until it is released or lost; a lost one is replaced under a new id. */
export async function holdWorkerLease(options: WorkerLeaseOptions): Promise<WorkerLease> {
  const { database, log, clock = () => performance.now() } = options
  let sureAt = clock()
  let id = await register(database, options.name)
  let backAt = clock()
  let released = false
  let renewing: Promise<void> | null = null

  const renew = async (): Promise<void> => {
    const sentAt = clock()
    failpoint('lease.before-renew')
    const rows = await database.asSystem((tx) => tx.sql<{ silent_ms: number }>(RENEW, [id], 'lease_renew'))
    const silentMs = rows[0]?.silent_ms ?? Infinity
    if (silentMs > MISSED_MS) backAt = clock()
    if (rows.length === 0) {
      log.warn({ worker: id }, "This worker's lease was taken over; it starts over under a new id")
      options.onLost()
      id = await register(database, options.name)
      options.onReplaced()
    }
    sureAt = sentAt
  }
  /** Whoever comes while one is under way waits for that one. */
  const renewOnce = (): Promise<void> => {
    renewing ??= renew().finally(() => {
      renewing = null
    })
    return renewing
  }
  const timer = setInterval(() => {
    renewOnce().catch((error: unknown) => log.warn({ err: error }, 'The lease could not be renewed; it is tried again'))
  }, RENEW_MS)

  return {
    id: () => id,
    current: async () => {
      if (!released && clock() - sureAt > UNSURE_MS) await renewOnce()
      return id
    },
    graceMs: () => Math.max(0, backAt + GRACE_MS - clock()),
    release: async () => {
      released = true
      clearInterval(timer)
      await renewing?.catch(() => undefined)
      await database.asSystem((tx) => tx.sql('delete from worker where id = $1', [id]))
    },
  }
}

/** By the database's clock, which goes on while a machine sleeps and this process's own may not. */
const RENEW = `
  with before as (select id, lease_until from worker where id = $1 for update)
  update worker set lease_until = clock_timestamp() + interval '${LEASE_SECONDS} seconds'
  from before where worker.id = before.id
  returning (${LEASE_SECONDS} - extract(epoch from before.lease_until - clock_timestamp()))::float8 * 1000 as silent_ms`

async function register(database: Database, name: string): Promise<string> {
  const id = newId()
  await database.asSystem((tx) =>
    tx.sql(
      `insert into worker (id, name, lease_until)
       values ($1, $2, clock_timestamp() + interval '${LEASE_SECONDS} seconds')`,
      [id, name],
    ),
  )
  return id
}
