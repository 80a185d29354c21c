import type { ToolServerView } from '@ai-assistant/contract'
import { sleep } from '../lib/sleep.ts'
import type { McpConnection } from '../mcp/connection.ts'
import type { McpConnections } from '../mcp/connections.ts'
import { identityOf } from '../mcp/server-spec.ts'
import { isWithin } from '../mcp/bounds.ts'
import { offerTool, toModelTool, toToolView, type OfferedTool } from './offered-tool.ts'
import { createPinBoard, type PinBoard } from './pin-board.ts'
import { runTool } from './run-tool.ts'
import { assignSlugs, toolName } from './tool-names.ts'
import { type PinConsent, pinTool, type ToolPins } from './tool-pins.ts'
import type { ResolvedCall, ToolFault, ToolSet } from './tool-set.ts'
import { visibleLine } from './visible-text.ts'

/** Model APIs take no more functions. */
const maxOffered = 128
/** How long a server that names itself may have to wait for its neighbours' first attempts. */
const namingMs = 1000
const maxArgumentChars = 256 * 1024
const argumentBounds = { maxDepth: 64, maxValues: 50_000 }

export interface ToolSetOptions {
  connections: McpConnections
  pins: ToolPins
  /** Called after each call. */
  observe?: (call: { server: string; tool: string; outcome: 'ok' | 'failed' | 'unknown'; seconds: number }) => void
  /** Told when pins cannot be kept; they are tried again. */
  onError?: (error: unknown) => void
  /** How often consent given at another replica is looked for. */
  pinRefreshMs?: number
}

/** The tools of all servers, with what surrounds a run. */
export interface ManagedToolSet extends ToolSet {
  has(name: string): boolean
  /** Consents to a tool as it is defined now. False if there is no such tool. Rejects when the pin cannot be kept. */
  acceptTool(name: string, by: PinConsent): Promise<boolean>
  /** Resolves when every server's first attempt has ended, or after `ms`: a first answer should not miss its tools. */
  settled(ms: number): Promise<void>
  close(): void
}

/** Builds the tool set and keeps it up to date with its servers. Rejects when the pins cannot be read. */
export async function createToolSet(options: ToolSetOptions): Promise<ManagedToolSet> {
  const { connections, pins, observe, onError, pinRefreshMs = 30_000 } = options
  let tools = new Map<string, OfferedTool>()
  let slugs = new Map<string, string>()
  let mayName = false
  let closed = false
  const rebuild = (): void => {
    if (closed) return
    slugs = slugsOf(connections, board, mayName)
    tools = buildTools(connections, slugs, board)
    void board.save()
  }
  const board = createPinBoard({ pins, refreshMs: pinRefreshMs, onRefresh: rebuild, ...(onError ? { onError } : {}) })
  await board.load()
  const forget = connections.onChange(rebuild)
  rebuild()
  // Of two servers of one name the first configured shall have it, not the first to answer.
  const named = connections.settled(namingMs).then(() => {
    mayName = true
    rebuild()
  })

  return {
    offered: () =>
      [...tools.values()]
        .filter((tool) => tool.policy !== 'changed')
        .slice(0, maxOffered)
        .map(toModelTool),
    runsUnasked: (name) => tools.get(name)?.policy === 'runs',
    resolve: (name, argumentsJson) => resolveCall(tools.get(name), name, argumentsJson),
    run: async (call, runOptions) => {
      const tool = tools.get(call.name)
      // It may have gone, or become another, while a person thought about it.
      if (tool === undefined || tool.policy === 'changed' || tool.hash !== call.definition) return notThere(call)
      const start = performance.now()
      const outcome = await runTool(tool, call.input as Record<string, unknown>, runOptions)
      const result = outcome.unknown ? 'unknown' : outcome.failed ? 'failed' : 'ok'
      observe?.({ server: tool.server, tool: tool.name, outcome: result, seconds: (performance.now() - start) / 1000 })
      return outcome
    },
    view: (allowed = new Set()) => ({
      servers: connections.list.map((connection) => viewServer(connection, slugs, tools, allowed)),
    }),
    has: (name) => tools.has(name),
    allowable: (name) => allowableHash(tools.get(name)),
    acceptTool: async (name, by) => {
      const tool = tools.get(name)
      if (tool === undefined) return false
      await board.accept(pinTool(pinnedServer(tool.connection, tool.server), tool.definition), by)
      rebuild()
      return true
    },
    settled: (ms) => within(ms, Promise.all([connections.settled(ms), named])),
    close: () => {
      closed = true
      forget()
      board.close()
    },
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController()
  await Promise.race([work, sleep(ms, enough.signal)])
  enough.abort()
}

function slugsOf(connections: McpConnections, board: PinBoard, mayName: boolean): Map<string, string> {
  // A server that was never reached has no name yet, and takes none away from the others.
  const named = connections.list.filter(
    ({ spec, state }) => spec.name !== null || (state.kind === 'connected' && (mayName || board.slugs.has(spec.id))),
  )
  // Names of servers that are configured no more are free again: most often they have only moved.
  const known = connections.list.flatMap(({ spec: { id } }) => {
    const slug = board.slugs.get(id)
    return slug === undefined ? [] : [[id, slug] as const]
  })
  const slugs = assignSlugs(
    named.map((connection) => ({ id: connection.spec.id, name: connection.name })),
    new Map(known),
  )
  for (const [id, slug] of slugs) board.slugs.set(id, slug)
  return new Map(board.slugs)
}

function buildTools(
  connections: McpConnections,
  slugs: ReadonlyMap<string, string>,
  board: PinBoard,
): Map<string, OfferedTool> {
  const tools = new Map<string, OfferedTool>()
  for (const connection of connections.list) {
    const slug = slugs.get(connection.spec.id)
    if (connection.state.kind !== 'connected' || slug === undefined) continue
    for (const definition of connection.state.list.tools) {
      const pin = pinTool(pinnedServer(connection, slug), definition)
      const changed = !board.agrees(pin, connection.spec.trusted)
      const name = toolName(slug, definition.name)
      tools.set(name, offerTool(name, { connection, slug }, definition, { hash: pin.hash, changed }))
    }
  }
  return tools
}

function pinnedServer(connection: McpConnection, slug: string): { id: string; identity: string; slug: string } {
  return { id: connection.spec.id, identity: identityOf(connection.spec), slug }
}

function resolveCall(tool: OfferedTool | undefined, name: string, argumentsJson: string): ResolvedCall | ToolFault {
  if (tool === undefined) return { fault: `There is no tool "${visibleLine(name, 80)}" now. Use one of those offered.` }
  if (tool.policy === 'changed') {
    return { fault: `The definition of ${tool.name} has changed; an administrator has to consent to it first.` }
  }
  const input = parseArguments(argumentsJson)
  if (typeof input === 'string') return { fault: `The arguments of ${tool.name} ${input}` }
  const fault = tool.checkInput(input)
  if (fault !== null)
    return { fault: `The arguments of ${tool.name} do not match its schema: ${visibleLine(fault, 500)}` }
  const { title, server, repeatable, allowable, hash } = tool
  return {
    name: tool.name,
    title,
    server,
    input,
    definition: hash,
    asks: tool.policy === 'asks',
    allowable,
    repeatable,
  }
}

function parseArguments(text: string): Record<string, unknown> | string {
  if (text.length > maxArgumentChars) return `are longer than ${maxArgumentChars} characters`
  try {
    // Models write nothing where a tool takes no arguments.
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'are not a JSON object'
    if (!isWithin(value, argumentBounds)) return 'are nested too deep or have too many values'
    return Object.fromEntries(Object.entries(value))
  } catch (error) {
    return `are not valid JSON: ${error instanceof Error ? visibleLine(error.message, 200) : 'unreadable'}`
  }
}

function allowableHash(tool: OfferedTool | undefined): string | null {
  return tool?.allowable === true ? tool.hash : null
}

function notThere(call: ResolvedCall): Awaited<ReturnType<ToolSet['run']>> {
  const text = `The tool ${call.title} is not there any more, or has changed. Nothing was done.`
  return { failed: true, unknown: false, content: text, output: text, bytes: Buffer.byteLength(text) }
}

function viewServer(
  connection: McpConnection,
  slugs: ReadonlyMap<string, string>,
  tools: ReadonlyMap<string, OfferedTool>,
  allowed: ReadonlySet<string>,
): ToolServerView {
  const { state, spec } = connection
  return {
    id: spec.id,
    name: slugs.get(spec.id) ?? visibleLine(connection.name, 64),
    address: connection.address,
    state: state.kind,
    reason: reasonOf(connection),
    protocolVersion: state.kind === 'connected' ? visibleLine(state.protocolVersion, 32) : null,
    tools: [...tools.values()]
      .filter((tool) => tool.connection === connection)
      .map((tool) => toToolView(tool, allowed)),
  }
}

function reasonOf({ state }: McpConnection): string | null {
  if (state.kind === 'connecting') return null
  if (state.kind === 'failed') return visibleLine(state.reason, 500)
  const dropped = state.list.dropped.slice(0, 5).map(({ name, reason }) => `${visibleLine(name, 60)} (${reason})`)
  if (dropped.length === 0) return null
  return `Left out: ${dropped.join('; ')}${state.list.dropped.length > 5 ? ' and more' : ''}`
}
