import type { ModelView } from '@ai-assistant/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from './api.ts'
import { keys } from './keys.ts'

/** Which model answers. It changes with a restart, so it is rarely worth asking again. */
export const modelQuery = queryOptions({
  queryKey: keys.model,
  queryFn: ({ signal }) => request<ModelView>('GET', '/api/model', { signal }),
  staleTime: 60_000,
})
