import { setTimeout as sleep } from 'node:timers/promises'
import type { PostgresServer } from '@ai-assistant/system-tests/services/postgres'
import { checkAll } from '../check/check-all.ts'
import type { Evidence } from '../check/evidence.ts'
import { complaintsIn } from '../check/read-log.ts'
import { readStore } from '../check/read-store.ts'
import { askDatabase } from '../cluster/ask-database.ts'
import { assertOurChild } from '../cluster/ownership.ts'
import { type Cluster, startCluster } from '../cluster/start-cluster.ts'
import { upstreamOf } from '../cluster/upstream.ts'
import { quantile } from '../figures.ts'
import { type History, newHistory } from '../history.ts'
import { createRandom } from '../random.ts'
import { settle } from '../run-round.ts'
import { makePersons } from '../workload/persons.ts'
import { startWorkload } from '../workload/run-workload.ts'
import type { Trial } from './trial.ts'

const failovers = 5
/** Writes go on so many seconds after the standby was promoted, at the latest. */
const mostSeconds = 10

/** The database's server dies and its synchronous standby takes its place, again and again, under people at work. */
export const failover: Trial = {
  name: 'failover',
  run: async (seed) => {
    // A standby has a place of its own for its tables.
    const cluster = await startCluster({ replicas: 3, smallDisk: false })
    const servers: PostgresServer[] = []
    try {
      return await failOver(cluster, servers, seed)
    } finally {
      for (const server of servers) await server.stop()
      await cluster.stop()
    }
  },
}

async function failOver(cluster: Cluster, servers: PostgresServer[], seed: string) {
  const began = performance.now()
  const now = (): number => performance.now() - began
  const history = newHistory(seed, 1)
  const persons = await makePersons(cluster, ['Ada', 'Bo', 'Chen', 'Dara', 'Eve'])
  const personIds = persons.map(({ id }) => id)
  history.persons = persons.map(({ id, name }) => ({ id, name }))
  const random = createRandom(seed)
  const workload = startWorkload({ url: cluster.balancer.url, persons, tabsEach: 2, history, random, now })
  const seconds: number[] = []
  let primary = cluster.postgres
  let databaseUrl = cluster.databaseUrl
  for (let turn = 0; turn < failovers; turn++) {
    const standby = await primary.startStandby()
    servers.push(standby.server)
    await sleep(random.int(1000, 3000))
    databaseUrl = await replace(cluster, { primary, standby, databaseUrl, history, now, seconds })
    primary = standby.server
  }
  await sleep(2000)
  await workload.finish()
  await settle({ databaseUrl }, personIds, 30_000)
  for (const replica of cluster.replicas) history.accidents.push(...complaintsIn(replica.logs()))
  const evidence: Evidence = {
    history,
    store: await readStore(databaseUrl, personIds),
    upstream: upstreamOf(cluster.upstream, 0),
    effects: cluster.tools.effects(),
  }
  const violations = checkAll(evidence).map(({ invariant, text }) => `${invariant}: ${text}`)
  const late = seconds.filter((each) => each > mostSeconds)
  return {
    violations: [...violations, ...late.map((each) => `writes went on only after ${each.toFixed(1)} s`)],
    figures: [
      ['failovers', seconds.length],
      [
        'seconds from the promotion to the next word, p50, longest',
        [0.5, 1].map((share) => quantile(seconds, share).toFixed(1)).join(', '),
      ],
      ['answers, sends', `${evidence.store.runs.length}, ${history.sends.length}`],
      ['violations of any invariant', violations.length],
    ] as [string, string | number][],
  }
}

interface Replacement {
  primary: PostgresServer
  standby: Awaited<ReturnType<PostgresServer['startStandby']>>
  databaseUrl: string
  history: History
  now: () => number
  seconds: number[]
}

/** Kills the one, promotes the other, and leads everybody there. Resolves to the database's new address. */
async function replace(cluster: Cluster, replacement: Replacement): Promise<string> {
  const { primary, standby, databaseUrl, history, now, seconds } = replacement
  assertOurChild('PostgreSQL', primary.pid)
  const at = now()
  await primary.kill()
  await standby.promote()
  const promoted = now()
  const { port } = new URL(standby.server.url)
  cluster.wires.postgres.leadTo(Number(port))
  cluster.wires.postgres.cut('reset')
  const address = Object.assign(new URL(databaseUrl), { port }).href
  const before = await countEvents(address)
  while ((await countEvents(address)) <= before && now() - promoted < 60_000) await sleep(20)
  seconds.push((now() - promoted) / 1000)
  history.faults.push({
    name: 'PostgreSQL fails over',
    hand: 'postgres',
    deaths: 1,
    at,
    until: now(),
    detail: `to port ${port}`,
  })
  return address
}

async function countEvents(databaseUrl: string): Promise<number> {
  const [row] = await askDatabase<{ events: number }>(databaseUrl, 'select count(*)::int as events from run_event')
  return row?.events ?? 0
}
