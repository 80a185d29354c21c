import { setTimeout as sleep } from 'node:timers/promises'
import { checkAll } from './check/check-all.ts'
import { complaintsIn } from './check/read-log.ts'
import type { Evidence, Violation } from './check/evidence.ts'
import { readStore } from './check/read-store.ts'
import { askDatabase } from './cluster/ask-database.ts'
import type { Cluster } from './cluster/start-cluster.ts'
import { upstreamOf } from './cluster/upstream.ts'
import { type History, newHistory } from './history.ts'
import { strike } from './nemesis/nemesis.ts'
import { createRandom } from './random.ts'
import { makePersons } from './workload/persons.ts'
import { startWorkload } from './workload/run-workload.ts'

export interface RoundOptions {
  seed: string
  round: number
  faults: number
  mix?: 'short' | 'long'
  only?: readonly string[]
  /** What was begun must have ended so long after the last fault, in milliseconds (a minute). */
  settleMs?: number
}

export interface RoundResult {
  evidence: Evidence
  violations: Violation[]
  seconds: number
}

/** The more faults there are at once, the more people there must be to meet them. */
const names = { short: ['Ada', 'Bo', 'Chen', 'Dara', 'Eve'], long: ['Ada', 'Bo', 'Chen', 'Dara', 'Eve', 'Finn', 'Gil'] }
const tabsEach = 2

/** People work, the nemesis strikes, everything is made good, the work ends, and all that is left is checked. */
export async function runRound(cluster: Cluster, options: RoundOptions): Promise<RoundResult> {
  const began = performance.now()
  const now = (): number => performance.now() - began
  const { settleMs = 60_000, mix = 'short' } = options
  const random = createRandom(`${options.seed}/${options.round}`)
  const history = newHistory(options.seed, options.round)
  const persons = await makePersons(cluster, names[mix])
  history.persons = persons.map(({ id, name }) => ({ id, name }))
  const logsBefore = cluster.replicas.map((replica) => replica.logs().length)
  const firstCall = cluster.upstream.calls.length
  const stopWatching = watchMachine(history.stalls, now)
  const workload = startWorkload({ url: cluster.balancer.url, persons, tabsEach, history, random, now })
  await sleep(500)
  await strike({
    cluster,
    history,
    random,
    count: options.faults,
    mix,
    now,
    ...(options.only ? { only: options.only } : {}),
  })
  const finished = workload.finish()
  const inTime = await Promise.race([finished.then(() => true), sleep(settleMs, false, { ref: false })])
  if (!inTime) workload.abandon()
  await finished
  const personIds = persons.map((person) => person.id)
  await settle(cluster, personIds, settleMs / 2)
  stopWatching()
  cluster.replicas.forEach((replica, at) =>
    history.accidents.push(...complaintsIn(replica.logs().slice(logsBefore[at]))),
  )
  const evidence: Evidence = {
    history,
    store: await readStore(cluster.databaseUrl, personIds),
    upstream: upstreamOf(cluster.upstream, firstCall),
    effects: cluster.tools.effects(),
  }
  return { evidence, violations: checkAll(evidence), seconds: (performance.now() - began) / 1000 }
}

/** Our own timer is late by so much only where there are far too few processors: then no lease can be kept either. */
const stallMs = 1500
const beatMs = 200

function watchMachine(stalls: History['stalls'], now: () => number): () => void {
  let last = now()
  const timer = setInterval(() => {
    const at = now()
    if (at - last > beatMs + stallMs) stalls.push({ at: last, until: at })
    last = at
  }, beatMs)
  return () => clearInterval(timer)
}

/** Waits until nothing runs, or it has had long enough. */
export async function settle({ databaseUrl }: { databaseUrl: string }, personIds: string[], ms: number): Promise<void> {
  const deadline = performance.now() + ms
  const open = `select count(*)::int as open from run where owner_id = any($1) and state in ('running', 'waiting')`
  for (;;) {
    const [row] = await askDatabase<{ open: number }>(databaseUrl, open, [personIds])
    if (row?.open === 0 || performance.now() > deadline) return
    await sleep(250)
  }
}
