import { setTimeout as sleep } from 'node:timers/promises'
import { askDatabase } from '../cluster/ask-database.ts'
import { assertOurChild } from '../cluster/ownership.ts'
import { type Cluster, startCluster } from '../cluster/start-cluster.ts'
import { startAnswers } from './start-answers.ts'
import type { Trial } from './trial.ts'

const answers = 90
const pace = { words: 120, gapMs: 400 }
/** Longer than a lease: when the database is back, all have run out. */
const awayMs = 10_000
/** In which the answers go on by themselves. */
const mostSeconds = 5

/** The database is away for longer than a lease, dead and then out of reach: who lives goes on with what is its own. */
export const outage: Trial = {
  name: 'outage',
  run: async (seed) => {
    const cluster = await startCluster({ replicas: 3 })
    try {
      const urls = cluster.replicas.map(({ url }) => url)
      await startAnswers(cluster, { count: answers, ...pace, urls, seed })
      const seconds = [await crash(cluster), await loseTheWay(cluster)]
      const ended = await waitForEnds(cluster)
      const calls = cluster.upstream.calls.filter(({ mark }) => mark !== '').length
      const late = seconds.filter((each) => each > mostSeconds)
      const violations = [
        ...late.map((each) => `words went on only ${each.toFixed(1)} s after the database's return`),
        ...(ended.complete < answers ? [`only ${ended.complete} of ${answers} answers are complete`] : []),
        ...(ended.taken > 0 ? [`${ended.taken} answers were taken from servers that lived`] : []),
        ...(calls > answers ? [`the model was called ${calls} times for ${answers} answers`] : []),
      ]
      return {
        violations,
        figures: [
          ['answers, servers, outages of 10 s', `${answers}, ${cluster.replicas.length}, ${seconds.length}`],
          ['taken over from servers that lived', ended.taken],
          ['model calls', calls],
          ['seconds from the return to the next word of all', seconds.map((each) => each.toFixed(1)).join(', ')],
        ],
      }
    } finally {
      await cluster.stop()
    }
  },
}

/** Resolves to the seconds from its return until all answers have gone on. */
async function crash(cluster: Cluster): Promise<number> {
  assertOurChild('PostgreSQL', cluster.postgres.pid)
  await cluster.postgres.kill()
  await sleep(awayMs)
  await cluster.postgres.restart()
  return waitForWords(cluster)
}

async function loseTheWay(cluster: Cluster): Promise<number> {
  cluster.wires.postgres.set({ refuses: true })
  cluster.wires.postgres.cut('reset')
  await sleep(awayMs)
  cluster.wires.postgres.heal()
  return waitForWords(cluster)
}

async function waitForWords(cluster: Cluster): Promise<number> {
  const back = performance.now()
  const last = async (): Promise<Map<string, number>> => {
    const rows = await askDatabase<{ run_id: string; last: string }>(
      cluster.databaseUrl,
      'select run_id, max(seq) as last from run_event group by run_id',
    )
    return new Map(rows.map(({ run_id: id, last: seq }) => [id, Number(seq)]))
  }
  const before = await last()
  while (performance.now() - back < 60_000) {
    const now = await last()
    if ([...before].every(([id, seq]) => (now.get(id) ?? 0) > seq)) break
    await sleep(50)
  }
  return (performance.now() - back) / 1000
}

async function waitForEnds(cluster: Cluster): Promise<{ complete: number; taken: number }> {
  const until = performance.now() + 120_000
  for (;;) {
    const [row] = await askDatabase<{ open: number; complete: number; taken: number }>(
      cluster.databaseUrl,
      `select count(*) filter (where state = 'running')::int as open,
         count(*) filter (where state = 'complete')::int as complete,
         count(*) filter (where epoch > 1)::int as taken
       from run`,
    )
    if (row === undefined) throw new Error('The runs could not be counted')
    if (row.open === 0 || performance.now() > until) return row
    await sleep(500)
  }
}
