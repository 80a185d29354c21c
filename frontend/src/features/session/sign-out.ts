import { useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { localStore } from '../../lib/local-store.ts'

/** Signs out and forgets what this page has read and what was written in it, but for how it looks. */
export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<undefined>('DELETE', '/api/session'),
    onSuccess: () => {
      client.setQueryData(keys.session, null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] })
      client.getMutationCache().clear()
      localStore.removeAll((key) => key.startsWith('draft') || key.startsWith('queue:'))
    },
  })
}
