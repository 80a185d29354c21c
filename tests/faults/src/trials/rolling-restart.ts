import { setTimeout as sleep } from 'node:timers/promises'
import { checkAll } from '../check/check-all.ts'
import type { Evidence } from '../check/evidence.ts'
import { complaintsIn } from '../check/read-log.ts'
import { readStore } from '../check/read-store.ts'
import { assertOurChild } from '../cluster/ownership.ts'
import { type Cluster, startCluster } from '../cluster/start-cluster.ts'
import { describeQuestion, upstreamOf } from '../cluster/upstream.ts'
import { bringUp } from '../cluster/bring-up.ts'
import { quantile } from '../figures.ts'
import { newHistory } from '../history.ts'
import { createRandom } from '../random.ts'
import { createHttpClient } from '../workload/http-client.ts'
import { makePersons, type Person } from '../workload/persons.ts'
import { ask, follow, send, startedOf, type Tab } from '../workload/tab.ts'
import type { Trial } from './trial.ts'

const people = 10
const streamsEach = 5
const askersEach = 2
const rolls = 2
/** Nothing is away for so long: whoever waits longer was failed. */
const patienceMs = 15_000

/** A release as it is rolled out: three servers are exchanged one by one, twice, under fifty answers and all who look on. */
export const rollingRestart: Trial = {
  name: 'rolling-restart',
  run: async (seed) => {
    const cluster = await startCluster({ replicas: 3 })
    try {
      return await roll(cluster, seed)
    } finally {
      await cluster.stop()
    }
  },
}

async function roll(cluster: Cluster, seed: string) {
  const began = performance.now()
  const now = (): number => performance.now() - began
  const history = newHistory(seed, 1)
  const persons = await makePersons(
    cluster,
    Array.from({ length: people }, (_, at) => `Person ${at + 1}`),
  )
  history.persons = persons.map(({ id, name }) => ({ id, name }))
  const closing = new AbortController()
  const random = createRandom(seed)
  const open = (person: Person, name: string): Tab => ({
    personId: person.id,
    http: createHttpClient(cluster.balancer.url, person.cookie),
    history,
    random: random.fork(name),
    now,
    closed: new AbortController().signal,
    patienceMs,
  })
  let requests = 0
  const work = persons.flatMap((person, at) => [
    ...Array.from({ length: streamsEach }, (_, number) =>
      readAnswers(open(person, `stream ${at} ${number}`), closing.signal),
    ),
    ...Array.from({ length: askersEach }, (_, number) =>
      lookOn(open(person, `asker ${at} ${number}`), closing.signal, () => (requests += 1)),
    ),
  ])
  await sleep(2000)
  const seconds = await exchangeAll(cluster, history, now)
  const rolled = now() / 1000
  await sleep(2000)
  closing.abort()
  await Promise.all(work)
  for (const replica of cluster.replicas) history.accidents.push(...complaintsIn(replica.logs()))
  const evidence: Evidence = {
    history,
    store: await readStore(
      cluster.databaseUrl,
      persons.map(({ id }) => id),
    ),
    upstream: upstreamOf(cluster.upstream, 0),
    effects: [],
  }
  const violations = checkAll(evidence)
  const of = (...invariants: string[]): number =>
    violations.filter(({ invariant }) => invariants.includes(invariant)).length
  const events = history.readers.reduce((sum, reader) => sum + reader.events.length, 0)
  const moved = history.readers.reduce((sum, reader) => sum + Math.max(0, reader.connections - 1), 0)
  return {
    violations: violations.map(({ invariant, text }) => `${invariant}: ${text}`),
    figures: [
      ['servers exchanged', `${seconds.length}, seconds each p50, longest ${format(seconds)}`],
      ['answers, all of them read', `${evidence.store.runs.length}, at most ${people * streamsEach} at once`],
      ['other requests', `${requests}, ${Math.round(requests / rolled)} a second`],
      ['requests that failed (I12)', of('I12')],
      ['events read, readers sent on', `${events}, ${moved}`],
      ['words lost or repeated (I3, I4)', of('I3', 'I4')],
      ['answers lost or written twice (I1, I2, I5, I6)', of('I1', 'I2', 'I5', 'I6')],
    ] as [string, string | number][],
  }
}

function format(seconds: readonly number[]): string {
  return [0.5, 1].map((share) => quantile(seconds, share).toFixed(1)).join(', ')
}

/** Seconds that each took to stop and to serve again. */
async function exchangeAll(cluster: Cluster, history: Evidence['history'], now: () => number): Promise<number[]> {
  const seconds: number[] = []
  for (let turn = 0; turn < rolls * cluster.replicas.length; turn++) {
    const replica = cluster.replicas[turn % cluster.replicas.length]!
    assertOurChild(replica.name, replica.pid)
    const at = now()
    const code = await replica.stop('SIGTERM')
    if (code !== 0) history.accidents.push(`${replica.name} ended with ${code} after SIGTERM`)
    await bringUp(replica)
    // The balancer takes it up again, as a Service does, before the next one goes.
    while (cluster.balancer.ready() < cluster.replicas.length) await sleep(20)
    seconds.push((now() - at) / 1000)
    history.faults.push({
      name: 'rolling restart',
      hand: 'processes',
      deaths: 1,
      at,
      until: now(),
      detail: replica.name,
    })
  }
  return seconds
}

/** One answer after the other, each read to its end. */
async function readAnswers(tab: Tab, signal: AbortSignal): Promise<void> {
  for (let number = 1; !signal.aborted; number++) {
    const mark = `s${tab.random.int(0, 1e9).toString(36)}-${number}`
    const text = describeQuestion(mark, tab.random.int(60, 200), tab.random.int(15, 30))
    const started = startedOf(await send(tab, { mark, text }))
    if (started !== null) await follow(tab, started.runId, { restless: 0 })
  }
  await tab.http.close()
}

/** Everything else that pages ask for. */
async function lookOn(tab: Tab, signal: AbortSignal, count: () => void): Promise<void> {
  while (!signal.aborted) {
    await ask(tab, { method: 'GET', path: '/api/conversations', timeoutMs: patienceMs })
    count()
    await sleep(tab.random.int(40, 160))
  }
  await tab.http.close()
}
