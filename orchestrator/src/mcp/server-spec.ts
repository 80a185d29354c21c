import { createHash } from 'node:crypto'

/** A tool server the operator configured. */
export interface ServerSpec {
  /** Stable over restarts: its address, or its name in the operator's file. Definitions are pinned to it. */
  id: string
  /** Its name in the operator's file; null where the server names itself. */
  name: string | null
  /** What it says of its own tools (read-only, idempotent) is believed. */
  trusted: boolean
  reach: HttpReach | StdioReach
}

export interface HttpReach {
  kind: 'http'
  url: URL
  /** Sent to the URL's origin and to no other. */
  headers: Record<string, string>
}

export interface StdioReach {
  kind: 'stdio'
  command: string
  args: string[]
  /** The whole environment of the child. */
  env: Record<string, string>
}

/** The servers of `MCP_DISCOVERY_URLS`. A URL without a path means `<url>/mcp`. Throws an `Error` that names the faulty URL. */
export function specsOfUrls(urls: readonly string[], serviceToken: string | null): ServerSpec[] {
  const headers: Record<string, string> = serviceToken === null ? {} : { authorization: `Bearer ${serviceToken}` }
  const specs = urls.map((text) => urlSpec(text, headers))
  return specs.filter((spec, index) => specs.findIndex((other) => other.id === spec.id) === index)
}

function urlSpec(text: string, headers: Record<string, string>): ServerSpec {
  const url = endpointUrl(text)
  return { id: url.href, name: null, trusted: true, reach: { kind: 'http', url, headers: { ...headers } } }
}

/** Reads an endpoint's URL. Throws an `Error` that says what is wrong with it. */
export function endpointUrl(text: string): URL {
  if (!URL.canParse(text)) throw new Error(`"${text}" is not a URL`)
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${text}: only http and https are spoken`)
  if (url.username !== '' || url.password !== '')
    throw new Error(`${url.host}: put credentials in a header, not the URL`)
  if (url.pathname === '/' || url.pathname === '') url.pathname = '/mcp'
  url.hash = ''
  return url
}

/** Where a server is reached, as people read it. Carries no header, argument or variable. */
export function addressOf(spec: ServerSpec): string {
  return spec.reach.kind === 'stdio' ? 'stdio' : spec.reach.url.origin + spec.reach.url.pathname
}

/** A short name for a server that has not told its own yet. */
export function provisionalName(spec: ServerSpec): string {
  if (spec.name !== null) return spec.name
  return spec.reach.kind === 'http' ? spec.reach.url.host : 'server'
}

/** Tells two servers apart that have the same id but not the same reach, as after a change of the operator's file. */
export function identityOf(spec: ServerSpec): string {
  const reach = spec.reach.kind === 'http' ? [spec.reach.url.href] : [spec.reach.command, ...spec.reach.args]
  return createHash('sha256')
    .update(JSON.stringify([spec.id, ...reach]))
    .digest('hex')
}
