import { setTimeout as sleep } from 'node:timers/promises'
import { askDatabase } from '../cluster/ask-database.ts'
import { assertOurChild } from '../cluster/ownership.ts'
import { type Cluster, startCluster } from '../cluster/start-cluster.ts'
import { quantile } from '../figures.ts'
import { startAnswers } from './start-answers.ts'
import type { Trial } from './trial.ts'

const answers = 1000
/** What is promised, 99 of 100 times. */
const mostSeconds = 10
/** Words half a second apart: a thousand answers at once leave a small machine time for what is measured. */
const pace = { words: 120, gapMs: 500 }

/** A server dies with a thousand answers: how long until each of them goes on elsewhere. */
export const manyTakeovers: Trial = {
  name: 'many-takeovers',
  run: async (seed) => {
    const cluster = await startCluster({ replicas: 3 })
    try {
      // All of them at the first server, past the balancer.
      await startAnswers(cluster, { count: answers, ...pace, urls: [cluster.replicas[0]!.url], seed })
      const seconds = await killAndWait(cluster)
      const p99 = quantile(seconds, 0.99)
      const late = p99 > mostSeconds ? [`p99 is ${p99.toFixed(1)} s, more than ${mostSeconds}`] : []
      const lost = seconds.length < answers ? [`only ${seconds.length} of ${answers} answers went on`] : []
      const share = await askDatabase<{ runs: number }>(
        cluster.databaseUrl,
        `select count(*)::int as runs from run where epoch > 1 group by worker_id order by 1`,
      )
      return {
        violations: [...late, ...lost],
        figures: [
          ['answers lost at once', answers],
          ['taken by each of the others', share.map(({ runs }) => runs).join(', ')],
          [
            'seconds from the kill to the next word, p50, p99, longest',
            [0.5, 0.99, 1].map((part) => quantile(seconds, part).toFixed(1)).join(', '),
          ],
        ],
      }
    } finally {
      await cluster.stop()
    }
  },
}

/** Seconds until a word of its next owner is in the journal, of each answer. */
async function killAndWait(cluster: Cluster): Promise<number[]> {
  const lost = cluster.replicas[0]!
  assertOurChild(lost.name, lost.pid)
  await lost.kill()
  const killed = performance.now()
  const since = new Map<string, number>()
  while (since.size < answers && performance.now() - killed < 60_000) {
    const rows = await askDatabase<{ run_id: string }>(
      cluster.databaseUrl,
      `select distinct run_id from run_event where epoch > 1 and payload like '{"type":"text-delta"%'`,
    )
    const seconds = (performance.now() - killed) / 1000
    for (const { run_id: id } of rows) if (!since.has(id)) since.set(id, seconds)
    await sleep(100)
  }
  return [...since.values()]
}
