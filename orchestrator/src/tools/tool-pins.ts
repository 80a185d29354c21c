import { createHash } from 'node:crypto'
import type { AuditOrigin } from '../audit/record-audit.ts'
import type { Tool } from '../mcp/mcp-types.ts'

/** The definition of a tool that was consented to. One per server and tool. */
export interface ToolPin {
  /** The server's stable id. */
  server: string
  tool: string
  hash: string
  /** JSON: what was consented to, to be shown beside what it became. */
  definition: string
}

/** Who consented. */
export interface PinConsent {
  personId: string
  origin: AuditOrigin
}

/** Where pins are kept, for all replicas. */
export interface ToolPins {
  load(): Promise<ToolPin[]>
  /** Keeps the definition of a tool seen for the first time. One that is there already stays as it is. */
  add(pins: readonly ToolPin[]): Promise<void>
  /** Keeps a definition that was consented to now, in place of an older one. */
  replace(pin: ToolPin, by: PinConsent): Promise<void>
}

/** What a pin's `definition` holds. `slug` is the server's part of its tools' names, which so outlives a restart. */
export interface PinnedDefinition {
  slug: string
  definition: unknown
}

/** Pins a tool as it is defined now. Any change of what a model or a person reads of it changes the hash. */
export function pinTool(server: { id: string; identity: string; slug: string }, tool: Tool): ToolPin {
  const { name, title, description, inputSchema, annotations } = tool
  const definition = canonical({ name, title, description, inputSchema, annotations })
  const hash = createHash('sha256')
    .update(JSON.stringify([server.identity, definition]))
    .digest('hex')
  const pinned: PinnedDefinition = { slug: server.slug, definition }
  return { server: server.id, tool: name, hash, definition: JSON.stringify(pinned) }
}

/** The slug a pin remembers, or null where it holds none that can be used. */
export function pinnedSlug(pin: ToolPin): string | null {
  try {
    const parsed: unknown = JSON.parse(pin.definition)
    const slug = typeof parsed === 'object' && parsed !== null && 'slug' in parsed ? parsed.slug : null
    return typeof slug === 'string' && /^[a-zA-Z0-9_-]{1,32}$/.test(slug) ? slug : null
  } catch {
    return null
  }
}

/** Keys in one order, so that a server may send them in any. Definitions are bounded in depth before they come here. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, item]) => [key, canonical(item)]),
  )
}
