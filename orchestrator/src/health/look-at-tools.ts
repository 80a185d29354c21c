import type { McpConnection } from '../mcp/connection.ts'
import { addressOf } from '../mcp/server-spec.ts'
import { fault, type Finding, ok } from './finding.ts'

/** Tool servers that cannot be reached. Each connection's first attempt has ended. */
export function lookAtTools(connections: readonly McpConnection[]): Finding[] {
  if (connections.length === 0) return [ok('Tool servers', 'none is configured')]
  return connections.map(({ spec, name, state }) => {
    if (state.kind === 'connected') return ok('Tool servers', `${name} at ${addressOf(spec)} answers`)
    const reason = state.kind === 'failed' ? state.reason : 'it does not answer in time'
    const advice = 'Check its address in MCP_DISCOVERY_URLS or MCP_SERVERS_FILE, MCP_SERVICE_TOKEN, and that it runs.'
    return fault('Tool servers', `${addressOf(spec)}: ${reason}`, advice)
  })
}
