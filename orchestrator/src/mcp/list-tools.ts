import type { Client, Tool } from '@modelcontextprotocol/client'
import { refuseHeaderParams } from './check-header-params.ts'
import { refuseSchema } from './check-schema.ts'

/** How many tools of one server are taken, and how many pages are read to find them. */
const maxTools = 200
const maxPages = 20
const maxNameChars = 256

export interface ToolList {
  tools: Tool[]
  /** Tools left out, and why. */
  dropped: { name: string; reason: string }[]
  /** How long the server says the list holds; null where it does not say. */
  ttlMs: number | null
}

/**
 * Reads a server's tools, and so also whether it lives. A tool that cannot be taken is left out with a reason; the others
 * stay. The client library's own list is not used: it walks schemas before they are bounded, and drops without a reason.
 */
export async function listTools(client: Client, options: { signal: AbortSignal; timeout: number }): Promise<ToolList> {
  const list: ToolList = { tools: [], dropped: [], ttlMs: null }
  if (client.getServerCapabilities()?.tools === undefined) {
    await (client.getProtocolEra() === 'modern' ? client.discover(options) : client.ping(options))
    return list
  }
  const names = new Set<string>()
  let cursor: string | undefined
  for (let page = 0; page < maxPages && list.tools.length < maxTools; page += 1) {
    const params = cursor === undefined ? {} : { cursor }
    const result = await client.request({ method: 'tools/list', params }, options)
    for (const tool of result.tools) take(tool, list, names)
    if (typeof result['ttlMs'] === 'number') list.ttlMs = result['ttlMs']
    if (result.nextCursor === undefined || result.nextCursor === cursor) return list
    cursor = result.nextCursor
  }
  list.dropped.push({
    name: 'further tools',
    reason: `the server offers more than ${maxTools} tools or ${maxPages} pages`,
  })
  return list
}

function take(tool: Tool, list: ToolList, names: Set<string>): void {
  const reason = refuseTool(tool, names, list.tools.length)
  if (reason === null) list.tools.push(tool)
  else if (list.dropped.length < maxTools) list.dropped.push({ name: tool.name.slice(0, maxNameChars), reason })
  names.add(tool.name)
}

function refuseTool(tool: Tool, names: ReadonlySet<string>, taken: number): string | null {
  if (taken >= maxTools) return `the server offers more than ${maxTools} tools`
  if (tool.name === '' || tool.name.length > maxNameChars) return 'its name is empty or too long'
  if (names.has(tool.name)) return 'the server names two tools alike'
  return (
    refuseSchema(tool.inputSchema) ??
    refuseSchema(tool.outputSchema) ??
    refuseSchema(tool.annotations) ??
    refuseHeaderParams(tool.inputSchema)
  )
}
