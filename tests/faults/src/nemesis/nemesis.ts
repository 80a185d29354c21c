import { setTimeout as sleep } from 'node:timers/promises'
import { bringUp } from '../cluster/bring-up.ts'
import type { Cluster } from '../cluster/start-cluster.ts'
import type { History } from '../history.ts'
import type { Random } from '../random.ts'
import type { Fault, Hand } from './fault.ts'
import { Accident, processFaults } from './process-faults.ts'
import { storeFaults } from './store-faults.ts'
import { wireFaults } from './wire-faults.ts'

const allFaults: readonly Fault[] = [...processFaults, ...storeFaults, ...wireFaults]

interface Share {
  /** Of a hundred faults, how many are of this kind. */
  of100: number
  /** How many of them may be under way at once; each arm does one thing at a time. */
  arms: number
}

/**
 * In a short run each fault must come up; in a long one most are of the kind that is most frequent in the field. What is
 * one thing (a wire, a database) is struck by one arm, so that no fault makes good what another has just begun.
 */
const shares: Record<'short' | 'long', Record<Hand, Share>> = {
  short: {
    processes: { of100: 14, arms: 1 },
    postgres: { of100: 18, arms: 1 },
    redis: { of100: 14, arms: 1 },
    model: { of100: 28, arms: 2 },
    upstream: { of100: 8, arms: 1 },
    tools: { of100: 8, arms: 1 },
    clients: { of100: 10, arms: 1 },
  },
  long: {
    processes: { of100: 5, arms: 1 },
    postgres: { of100: 8, arms: 1 },
    redis: { of100: 10, arms: 1 },
    model: { of100: 44, arms: 4 },
    upstream: { of100: 10, arms: 1 },
    tools: { of100: 8, arms: 1 },
    clients: { of100: 15, arms: 1 },
  },
}

export interface NemesisOptions {
  cluster: Cluster
  history: History
  random: Random
  count: number
  mix: 'short' | 'long'
  now: () => number
  /** Only faults whose names contain one of these; all of them where absent. */
  only?: readonly string[]
}

/** Strikes `count` times, all hands at once, and makes everything good again. Rejects where a target is not ours. */
export async function strike(options: NemesisOptions): Promise<void> {
  const faults = allFaults.filter(
    ({ name }) => options.only === undefined || options.only.some((part) => name.includes(part)),
  )
  if (faults.length === 0) throw new Error('There is no such fault')
  const watch = watchProcesses(options)
  try {
    // Each arm ends its last fault before anything is made good: what it had taken down stands again.
    const arms = await Promise.allSettled(
      divide(options.count, shares[options.mix], faults).map(({ hand, arm, count }) =>
        strikeWith(
          faults.filter((fault) => fault.hand === hand),
          { arm: `${hand} ${arm}`, count },
          options,
          watch.expectTrouble,
        ),
      ),
    )
    for (const arm of arms) if (arm.status === 'rejected') throw arm.reason
  } finally {
    watch.stop()
    await heal(options.cluster)
  }
}

/** How often each arm strikes: together `count` times. Hands without a fault to choose from have none. */
function divide(
  count: number,
  share: Record<Hand, Share>,
  faults: readonly Fault[],
): { hand: Hand; arm: number; count: number }[] {
  const hands = (Object.keys(share) as Hand[]).filter((hand) => faults.some((fault) => fault.hand === hand))
  const total = hands.reduce((sum, hand) => sum + share[hand].of100, 0)
  const arms = hands.flatMap((hand) =>
    Array.from({ length: share[hand].arms }, (_, arm) => ({ hand, arm, share: share[hand].of100 / share[hand].arms })),
  )
  let given = 0
  let passed = 0
  return arms.map(({ hand, arm, share: own }) => {
    passed += own
    const upTo = Math.round((count * passed) / total)
    const mine = upTo - given
    given = upTo
    return { hand, arm, count: mine }
  })
}

async function strikeWith(
  faults: readonly Fault[],
  { arm, count }: { arm: string; count: number },
  { cluster, history, random, now }: NemesisOptions,
  expectTrouble: (replica: number) => () => void,
): Promise<void> {
  const own = random.fork(arm)
  let struck = 0
  // What a fault was to hit may not come by; it does not count, and is not waited for without end.
  for (let tries = 0; struck < count && tries < count * 3; tries++) {
    const fault = own.weighted(faults)
    const at = now()
    const detail = await fault.strike({ cluster, random: own, expectTrouble }).catch((error: unknown) => {
      // Another hand had the database down just then.
      if (isDatabaseAway(error)) return null
      if (!(error instanceof Accident)) throw new Error(`${fault.name} could not strike`, { cause: error })
      history.accidents.push(error.message)
      return error.message
    })
    if (detail === null) continue
    struck += 1
    history.faults.push({ name: fault.name, hand: fault.hand, deaths: fault.deaths ?? 0, at, until: now(), detail })
    await sleep(own.int(0, 250))
  }
}

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  if (/^(57P0\d|53\d\d\d|ECONN[A-Z]+)$/.test(code)) return true
  return /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
}

/** Sees to it that no process ends without having been told to. */
function watchProcesses({ cluster, history }: NemesisOptions) {
  const troubled = cluster.replicas.map(() => 0)
  const told = cluster.replicas.map(() => false)
  const timer = setInterval(() => {
    cluster.replicas.forEach((replica, at) => {
      if (replica.running() || troubled[at]! > 0 || told[at]) return
      told[at] = true
      history.accidents.push(`${replica.name} ended by itself:\n${replica.logs().slice(-3000)}`)
    })
  }, 100)
  return {
    expectTrouble: (replica: number): (() => void) => {
      troubled[replica]! += 1
      return () => {
        troubled[replica]! -= 1
      }
    },
    stop: () => clearInterval(timer),
  }
}

async function heal(cluster: Cluster): Promise<void> {
  for (const wire of Object.values(cluster.wires)) wire.heal()
  cluster.upstream.heal()
  cluster.balancer.sendTwice(false)
  await cluster.disk?.free()
  await cluster.redis.ask('REPLICAOF NO ONE')
  await cluster.redis.ask('CONFIG SET maxmemory 0')
  for (const replica of cluster.replicas) if (!replica.running()) await bringUp(replica)
}
