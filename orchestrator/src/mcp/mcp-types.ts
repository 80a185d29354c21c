/** What the rooms above need of the protocol's types; the library itself stays in here. */
export type { CallToolResult, Tool } from '@modelcontextprotocol/client'
