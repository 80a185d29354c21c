import type { History } from '../history.ts'
import type { Random } from '../random.ts'
import { createHttpClient } from './http-client.ts'
import type { Person } from './persons.ts'
import { type Neighbourhood, type Place, stories } from './stories.ts'
import type { Tab } from './tab.ts'

export interface WorkloadOptions {
  url: string
  persons: readonly Person[]
  tabsEach: number
  history: History
  random: Random
  now: () => number
}

/** People at work: each tab tells one story after the other until it is asked to close. */
export interface Workload {
  /** No new story is begun; resolves when the last one is told. */
  finish(): Promise<void>
  /** Gives up what is still going on. */
  abandon(): void
}

export function startWorkload(options: WorkloadOptions): Workload {
  const closing = new AbortController()
  const closed = new AbortController()
  const neighbours: Neighbourhood = { runs: [] }
  const work = options.persons.flatMap((person, at) =>
    Array.from({ length: options.tabsEach }, async (_, number) => {
      const http = createHttpClient(options.url, person.cookie)
      const tab: Tab = {
        personId: person.id,
        http,
        history: options.history,
        random: options.random.fork(`person ${at} tab ${number}`),
        now: options.now,
        closed: closed.signal,
      }
      const place: Place = { conversationId: null, version: 0, answerId: null }
      while (!closing.signal.aborted) await tab.random.weighted(stories).tell(tab, place, neighbours)
      await http.close()
    }),
  )
  const all = Promise.all(work)
  return {
    finish: async () => {
      closing.abort()
      await all
    },
    abandon: () => {
      closing.abort()
      closed.abort()
    },
  }
}
