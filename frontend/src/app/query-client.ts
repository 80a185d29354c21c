import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isPassing, ProblemError } from '../lib/api.ts'
import { keys } from '../lib/keys.ts'

/** Server data is fresh for this long: moving about in the app does not ask the same thing twice. */
const FRESH_MS = 3_000

/** The cache of server data. A call that finds nobody signed in ends the session in the page as well. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === 'unauthenticated')
      client.setQueryData(keys.session, null)
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // Whether the browser believes to be online says little about a server on the same machine.
        networkMode: 'always',
        retry: (count, error) => isPassing(error) && count < 4,
        retryDelay: (attempt) => Math.min(4_000, 250 * 2 ** attempt),
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}
