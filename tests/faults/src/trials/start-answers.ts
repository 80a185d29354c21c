import type { Cluster } from '../cluster/start-cluster.ts'
import { describeQuestion } from '../cluster/upstream.ts'
import { newHistory } from '../history.ts'
import { createRandom } from '../random.ts'
import { createHttpClient } from '../workload/http-client.ts'
import { makePersons } from '../workload/persons.ts'
import { send, startedOf, type Tab } from '../workload/tab.ts'

export interface AnswersToStart {
  count: number
  /** Of each answer, and the time between two of them. */
  words: number
  gapMs: number
  /** Servers that are asked, past the balancer, in turn. */
  urls: readonly string[]
  seed: string
}

const hands = 20

/** Asks for so many answers, a few at a time. Resolves when all of them have begun. */
export async function startAnswers(cluster: Cluster, { count, words, gapMs, urls, seed }: AnswersToStart) {
  const [person] = await makePersons(cluster, ['Ada'])
  const random = createRandom(seed)
  let begun = 0
  await Promise.all(
    Array.from({ length: hands }, async (_, hand) => {
      const tab: Tab = {
        personId: person!.id,
        http: createHttpClient(urls[hand % urls.length]!, person!.cookie),
        history: newHistory(seed, 1),
        random: random.fork(`hand ${hand}`),
        now: () => performance.now(),
        closed: new AbortController().signal,
      }
      while (begun < count) {
        begun += 1
        const mark = `m${begun}`
        const record = await send(tab, { mark, text: describeQuestion(mark, words, gapMs) })
        if (startedOf(record) === null) throw new Error(`An answer was refused: ${JSON.stringify(record.replies)}`)
      }
      await tab.http.close()
    }),
  )
}
