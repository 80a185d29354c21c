import type { Session } from '@ai-assistant/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
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

/** Exchanges a sign-in link's code for a session. A code works once: it is never tried again by itself. */
export function useRedeemCode() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => request<Session>('POST', '/api/session/code', { body: { code } }),
    onSuccess: async (session) => {
      // A session query that is underway was asked without the new cookie.
      await client.cancelQueries({ queryKey: keys.session })
      client.setQueryData(keys.session, session)
    },
  })
}
