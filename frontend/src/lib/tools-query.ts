import type { ToolsView } from '@ai-assistant/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from './api.ts'
import { keys } from './keys.ts'

const AGAIN_MS = 5_000

export const toolsQuery = queryOptions({
  queryKey: keys.tools,
  queryFn: ({ signal }) => request<ToolsView>('GET', '/api/tools', { signal }),
  // A server that is not connected is being tried again: the page shows when it is.
  refetchInterval: ({ state }) =>
    state.data?.servers.every((server) => server.state === 'connected') ? false : AGAIN_MS,
})
