import type { Session } from '@ai-assistant/contract'
import { queryOptions } from '@tanstack/react-query'
import { ProblemError, request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'

/** Who is signed in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await request<Session>('GET', '/api/session', { signal })
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'unauthenticated') return null
      throw error
    }
  },
  staleTime: 60_000,
})
