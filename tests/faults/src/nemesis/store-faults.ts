import { setTimeout as sleep } from 'node:timers/promises'
import type { Toxics, Trap } from '../cluster/fault-proxy.ts'
import { askDatabase, withDatabase } from '../cluster/ask-database.ts'
import { assertOurChild } from '../cluster/ownership.ts'
import type { Fault, Target } from './fault.ts'
import { until } from './process-faults.ts'

export const storeFaults: Fault[] = [
  postgres('crash and recovery', 5, (target) => crashPostgres(target, 0)),
  postgres('away for seconds', 1.5, (target) => crashPostgres(target, target.random.int(1500, 4000))),
  postgres('connections terminated', 6, terminateConnections),
  postgres('connections reset', 6, (target) => cut(target, 'postgres', 'reset')),
  postgres('connections closed', 3, (target) => cut(target, 'postgres', 'close')),
  postgres('cut before the commit', 6, (target) => spring(target, { word: 'commit\0', when: 'before', times: 3 })),
  postgres('cut after the commit', 8, (target) => spring(target, { word: 'commit\0', when: 'after', times: 3 })),
  postgres('cut before the journal', 5, (target) =>
    spring(target, { word: 'journal_append', when: 'before', times: 3 }),
  ),
  postgres('cut after the journal', 8, (target) => spring(target, { word: 'journal_append', when: 'after', times: 3 })),
  postgres('stalled', 4, (target) => poison(target, 'postgres', { stalled: true }, [300, 2500])),
  postgres('slow', 4, (target) => poison(target, 'postgres', { latencyMs: 15, jitterMs: 80 }, [800, 1500])),
  postgres('refusing', 2, (target) => refuse(target, 'postgres')),
  postgres('read-only', 3, makeReadOnly),
  postgres('locked', 2, lockTable),
  postgres('out of disk', 3, fillDisk),
  redis('killed', 8, killRedis),
  redis('away for seconds', 2, (target) => killRedis(target, target.random.int(1000, 3000))),
  redis('flushed', 5, (target) => tell(target, 'FLUSHALL', null)),
  redis('paused', 4, (target) => tell(target, `CLIENT PAUSE ${target.random.int(300, 1500)} ALL`, null)),
  redis('full', 4, (target) => tell(target, 'CONFIG SET maxmemory 1', 'CONFIG SET maxmemory 0')),
  redis('read-only', 4, (target) => tell(target, 'REPLICAOF 127.0.0.1 1', 'REPLICAOF NO ONE')),
  redis('connections reset', 5, (target) => cut(target, 'redis', 'reset')),
  redis('stalled', 4, (target) => poison(target, 'redis', { stalled: true }, [300, 1500])),
  redis('slow', 3, (target) => poison(target, 'redis', { latencyMs: 200, jitterMs: 300 }, [600, 1500])),
  redis('refusing', 2, (target) => refuse(target, 'redis')),
]

type Wire = keyof Target['cluster']['wires']

function postgres(name: string, weight: number, strike: Fault['strike']): Fault {
  // A lease that cannot be renewed for long runs out.
  return { name: `PostgreSQL ${name}`, hand: 'postgres', weight, deaths: 1, strike }
}

function redis(name: string, weight: number, strike: Fault['strike']): Fault {
  return { name: `Redis ${name}`, hand: 'redis', weight, strike }
}

async function crashPostgres({ cluster }: Target, awayMs: number): Promise<string> {
  assertOurChild('PostgreSQL', cluster.postgres.pid)
  await cluster.postgres.kill()
  await sleep(awayMs)
  await cluster.postgres.restart()
  return `away for ${awayMs} ms and its recovery`
}

async function terminateConnections({ cluster }: Target): Promise<string> {
  const rows = await askDatabase(
    cluster.databaseUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name like 'ai-assistant%'`,
  )
  return `${rows.length} connections`
}

async function makeReadOnly({ cluster, random }: Target): Promise<string> {
  const set = (value: string): Promise<unknown> =>
    withDatabase(cluster.databaseUrl, async (client) => {
      await client.query(`set default_transaction_read_only = off`)
      await client.query(`alter system set default_transaction_read_only = ${value}`)
      await client.query('select pg_reload_conf()')
    })
  await set('on')
  const ms = random.int(500, 2000)
  await sleep(ms)
  await set('off')
  return `for ${ms} ms`
}

async function fillDisk({ cluster, random }: Target): Promise<string | null> {
  if (cluster.disk === null) return null
  await cluster.disk.fill()
  const ms = random.int(300, 2500)
  await sleep(ms)
  await cluster.disk.free()
  return `for ${ms} ms`
}

async function lockTable({ cluster, random }: Target): Promise<string> {
  const table = random.pick(['run', 'message', 'usage_entry', 'worker'])
  const ms = random.int(300, 1500)
  await withDatabase(cluster.databaseUrl, async (client) => {
    await client.query(`begin; set local lock_timeout = '3s'; lock table ${table} in access exclusive mode`)
    await sleep(ms)
    await client.query('commit')
  })
  return `${table} for ${ms} ms`
}

async function killRedis({ cluster }: Target, awayMs = 0): Promise<string> {
  assertOurChild('Redis', cluster.redis.pid)
  await cluster.redis.kill()
  await sleep(awayMs)
  await cluster.redis.restart()
  return `away for ${awayMs} ms`
}

async function tell({ cluster, random }: Target, command: string, undo: string | null): Promise<string> {
  assertOurChild('Redis', cluster.redis.pid)
  await cluster.redis.ask(command)
  await sleep(random.int(400, 1200))
  if (undo !== null) await cluster.redis.ask(undo)
  return command
}

export async function cut({ cluster, random }: Target, wire: Wire, how: 'reset' | 'close'): Promise<string | null> {
  const open = cluster.wires[wire].cut(how)
  await sleep(random.int(200, 700))
  return open === 0 ? null : `${open} connections`
}

export async function poison(
  { cluster, random }: Target,
  wire: Wire,
  toxics: Partial<Toxics>,
  [least, most]: [number, number],
): Promise<string> {
  const ms = random.int(least, most)
  cluster.wires[wire].set(toxics)
  await sleep(ms)
  cluster.wires[wire].heal()
  return `for ${ms} ms`
}

/** Nobody is let in, and those inside are thrown out. */
export async function refuse(target: Target, wire: Wire): Promise<string> {
  target.cluster.wires[wire].set({ refuses: true })
  target.cluster.wires[wire].cut('reset')
  await sleep(target.random.int(300, 1200))
  target.cluster.wires[wire].heal()
  return 'refused'
}

/** Waits until the trap has closed as often as it can, or a second. */
async function spring({ cluster }: Target, trap: Trap): Promise<string | null> {
  const wire = cluster.wires.postgres
  const set = wire.trap(trap)
  await until(() => set.left() === 0, 1000)
  wire.heal()
  const closed = trap.times - set.left()
  return closed === 0 ? null : `${closed} times`
}
