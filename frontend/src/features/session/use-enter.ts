import type { Session } from '@ai-assistant/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'

/** A call that signs in. It is never tried again by itself: codes work once, and guesses are counted. */
export function useEnter(path: string, onEntered?: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: unknown) => request<Session>('POST', path, { body }),
    onSuccess: async (session) => {
      // A session query that is underway was asked without the new cookie, and what was read before may be another's.
      await client.cancelQueries({ queryKey: keys.session })
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] })
      client.setQueryData(keys.session, session)
      onEntered?.()
    },
  })
}
