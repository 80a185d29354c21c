import type { ApiKeys, CreateApiKey, CreatedApiKey } from '@ai-assistant/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'

export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: ({ signal }) => request<ApiKeys>('GET', '/api/keys', { signal }),
})

export function useCreateApiKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: CreateApiKey) => request<CreatedApiKey>('POST', '/api/keys', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  })
}

export function useRevokeApiKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request<undefined>('DELETE', `/api/keys/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.apiKeys }),
  })
}
