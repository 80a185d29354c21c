import { setTimeout as sleep } from 'node:timers/promises'
import { askDatabase, withDatabase } from '../cluster/ask-database.ts'
import { assertOurChild, isFrozen } from '../cluster/ownership.ts'
import { bringUp } from '../cluster/bring-up.ts'
import type { Fault, Target } from './fault.ts'

/** Longer than a lease: what sleeps for so long has lost its runs when it wakes. */
const beyondLeaseMs = 7500

/** Each with how often it is passed in the life of a server, at most, before it strikes. */
const failpoints: [name: string, passes: number][] = [
  ['start.before-commit', 4],
  ['start.after-commit', 4],
  ['journal.before-insert', 60],
  ['journal.after-commit', 60],
  ['step.before-commit', 8],
  ['step.after-commit', 8],
  ['end.before-commit', 4],
  ['takeover.after-claim', 1],
  ['tool.before-call', 2],
  ['tool.after-call', 2],
  ['approval.after-commit', 1],
  ['cancel.after-commit', 1],
  ['lease.before-renew', 1],
]

const killed = failpoints.map(([name, passes]): Fault => ({
  name: `kill at ${name}`,
  hand: 'processes',
  weight: 1.5,
  deaths: 2,
  strike: (target) => strikeAt(target, name, 'kill', passes),
}))

const frozen = ['journal.before-insert', 'step.before-commit', 'start.after-commit', 'tool.after-call'].map(
  (name): Fault => ({
    name: `freeze at ${name}`,
    hand: 'processes',
    weight: 0.5,
    deaths: 2,
    strike: (target) => strikeAt(target, name, 'stop', 6),
  }),
)

export const processFaults: Fault[] = [
  { name: 'kill -9', hand: 'processes', weight: 12, deaths: 1, strike: (target) => kill(target, 0) },
  { name: 'kill -9, away for long', hand: 'processes', weight: 3, deaths: 1, strike: (target) => kill(target, 7000) },
  { name: 'kill -9 of all', hand: 'processes', weight: 2, deaths: 1, strike: killAll },
  {
    name: 'freeze beyond the lease',
    hand: 'processes',
    weight: 4,
    deaths: 1,
    strike: (target) => freeze(target, beyondLeaseMs),
  },
  { name: 'freeze for a moment', hand: 'processes', weight: 4, deaths: 1, strike: (target) => freeze(target, 1500) },
  { name: 'SIGTERM', hand: 'processes', weight: 5, deaths: 1, strike: (target) => stop(target, 'SIGTERM') },
  { name: 'SIGINT', hand: 'processes', weight: 3, deaths: 1, strike: (target) => stop(target, 'SIGINT') },
  { name: 'two SIGTERM', hand: 'processes', weight: 2, deaths: 1, strike: stopTwice },
  { name: 'rolling restart', hand: 'processes', weight: 1, deaths: 3, strike: roll },
  { name: 'kill -9 while its commit waits', hand: 'processes', weight: 3, deaths: 1, strike: orphanCommit },
  { name: 'an answer kills whoever writes it', hand: 'processes', weight: 1.5, deaths: 3, strike: poison },
  ...killed,
  ...frozen,
]

function choose({ cluster, random, expectTrouble }: Target) {
  const at = random.int(0, cluster.replicas.length - 1)
  const replica = cluster.replicas[at]!
  assertOurChild(replica.name, replica.pid)
  return { replica, done: expectTrouble(at) }
}

async function kill(target: Target, awayMs: number): Promise<string> {
  const { replica, done } = choose(target)
  await replica.kill()
  await sleep(awayMs > 0 ? awayMs : target.random.int(0, 400))
  await bringUp(replica)
  done()
  return replica.name
}

async function killAll({ cluster, expectTrouble }: Target): Promise<string> {
  const done = cluster.replicas.map((replica, at) => {
    assertOurChild(replica.name, replica.pid)
    return expectTrouble(at)
  })
  await Promise.all(cluster.replicas.map((replica) => replica.kill()))
  await Promise.all(cluster.replicas.map((replica) => bringUp(replica)))
  for (const each of done) each()
  return 'all'
}

async function freeze(target: Target, ms: number): Promise<string> {
  const { replica, done } = choose(target)
  replica.pause()
  await sleep(ms + target.random.int(0, 800))
  replica.resume()
  await sleep(300)
  done()
  return replica.name
}

async function stop(target: Target, signal: 'SIGTERM' | 'SIGINT'): Promise<string> {
  const { replica, done } = choose(target)
  const code = await replica.stop(signal)
  if (code !== 0) throw new Accident(`${replica.name} ended with ${code} after ${signal}`)
  await bringUp(replica)
  done()
  return replica.name
}

async function stopTwice(target: Target): Promise<string> {
  const { replica, done } = choose(target)
  const ended = replica.stop('SIGTERM')
  await sleep(target.random.int(20, 300))
  await replica.stop('SIGTERM')
  await ended
  await bringUp(replica)
  done()
  return replica.name
}

async function roll(target: Target): Promise<string> {
  for (const [at, replica] of target.cluster.replicas.entries()) {
    assertOurChild(replica.name, replica.pid)
    const done = target.expectTrouble(at)
    const code = await replica.stop('SIGTERM')
    if (code !== 0) throw new Accident(`${replica.name} ended with ${code} in a rolling restart`)
    await bringUp(replica)
    done()
  }
  return 'all'
}

interface OwnedRun extends Record<string, unknown> {
  id: string
  name: string
}

/** Kills the server of one answer, then whoever takes it up, three times at the most: then nobody may take it up again. */
async function poison({ cluster, expectTrouble }: Target): Promise<string | null> {
  const owner = `select run.id, worker.name from run join worker on worker.id = run.worker_id
    where run.state = 'running' and ($1::uuid is null or run.id = $1) order by run.id desc limit 1`
  let runId: string | null = null
  let killed = 0
  const deadline = performance.now() + 12_000
  while (killed < 3 && performance.now() < deadline) {
    const rows: OwnedRun[] = await askDatabase(cluster.databaseUrl, owner, [runId])
    const row = rows[0]
    if (row === undefined && killed > 0) break
    const at = cluster.replicas.findIndex(({ port }) => row?.name.endsWith(`:${port}`))
    const replica = cluster.replicas[at]
    if (row === undefined || replica === undefined) {
      await sleep(50)
      continue
    }
    runId = row.id
    assertOurChild(replica.name, replica.pid)
    const done = expectTrouble(at)
    await replica.kill()
    await bringUp(replica)
    done()
    killed += 1
  }
  return killed === 0 ? null : `${runId}, ${killed} servers`
}

/** Something ended otherwise than it should have. */
export class Accident extends Error {
  override name = 'Accident'
}

/** Arms the failpoint in a server that runs, and waits until it is met. */
async function strikeAt(target: Target, name: string, action: 'kill' | 'stop', passes: number): Promise<string | null> {
  const { replica, done } = choose(target)
  const pass = target.random.int(1, passes)
  replica.tell({ failpoint: `${name}:${action}@${pass}` })
  const met = await until(() => (action === 'kill' ? !replica.running() : isFrozen(replica.pid)), 5000)
  if (met && action === 'stop') {
    await sleep(beyondLeaseMs)
    replica.resume()
    await sleep(300)
  } else {
    if (!met) await replica.kill()
    await sleep(target.random.int(0, 300))
    await bringUp(replica)
  }
  done()
  return met ? `${replica.name}, pass ${pass}` : `${replica.name}, killed before pass ${pass}`
}

/**
 * Kills a server whose commit waits in the database: the database goes on with it when nobody is there any more to hear
 * of it. The journal's partitions are held shut meanwhile.
 */
async function orphanCommit(target: Target): Promise<string | null> {
  const { cluster } = target
  const [partition] = await askDatabase<{ name: string }>(
    cluster.databaseUrl,
    `select 'run_event_' || to_char(now() at time zone 'UTC', 'YYYYMMDD') as name`,
  )
  const { replica, done } = choose(target)
  const waiting = `select count(*)::int as waiting from pg_stat_activity
    where wait_event_type = 'Lock' and application_name like 'ai-assistant%'`
  return withDatabase(cluster.databaseUrl, async (client) => {
    await client.query(`begin; lock table ${partition!.name} in share mode`)
    await until(async () => {
      const [row] = await askDatabase<{ waiting: number }>(cluster.databaseUrl, waiting)
      return (row?.waiting ?? 0) >= 2
    }, 1000)
    await replica.kill()
    await bringUp(replica)
    // Time for others to look for lost runs.
    await sleep(2500)
    // Where another hand has struck the database meanwhile, the lock went with its connection.
    await client.query('commit').catch(() => undefined)
    return replica.name
  }).finally(done)
}

export async function until(condition: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  while (!(await condition())) {
    if (performance.now() > deadline) return false
    await sleep(20)
  }
  return true
}
