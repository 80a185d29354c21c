import type { Account } from '@ai-assistant/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => request<Account>('GET', '/api/account', { signal }),
})
