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

/** Of a hundred faults, how many each hand strikes: in a short run, in which each kind must come up, and in a long one. */
const shares: Record<'short' | 'long', Record<Hand, number>> = {
  short: { processes: 18, stores: 27, model: 35, edges: 20 },
  long: { processes: 7, stores: 18, model: 45, edges: 30 },
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
  const hands = (Object.keys(shares.short) as Hand[]).filter((hand) => faults.some((fault) => fault.hand === hand))
  const share = shares[options.mix]
  const total = hands.reduce((sum, hand) => sum + share[hand], 0)
  const watch = watchProcesses(options)
  let given = 0
  try {
    await Promise.all(
      hands.map((hand, at) => {
        const rest = options.count - given
        const own = at === hands.length - 1 ? rest : Math.min(rest, Math.round((options.count * share[hand]) / total))
        given += own
        const mine = faults.filter((fault) => fault.hand === hand)
        return strikeWith(mine, own, options, watch.expectTrouble)
      }),
    )
  } finally {
    watch.stop()
    await heal(options.cluster)
  }
}

async function strikeWith(
  faults: readonly Fault[],
  count: number,
  { cluster, history, random, now }: NemesisOptions,
  expectTrouble: (replica: number) => () => void,
): Promise<void> {
  const own = random.fork(faults[0]?.hand ?? '')
  let struck = 0
  // What a fault was to hit may not come by; it does not count, and is not waited for without end.
  for (let tries = 0; struck < count && tries < count * 3; tries++) {
    const fault = own.weighted(faults)
    const at = now()
    const detail = await fault.strike({ cluster, random: own, expectTrouble }).catch((error: unknown) => {
      if (!(error instanceof Accident)) throw error
      history.accidents.push(error.message)
      return error.message
    })
    if (detail === null) continue
    struck += 1
    history.faults.push({ name: fault.name, hand: fault.hand, deaths: fault.deaths ?? 0, at, until: now(), detail })
    await sleep(own.int(0, 250))
  }
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
  await cluster.disk?.free()
  await cluster.redis.ask('REPLICAOF NO ONE')
  await cluster.redis.ask('CONFIG SET maxmemory 0')
  for (const replica of cluster.replicas) if (!replica.running()) await bringUp(replica)
}
