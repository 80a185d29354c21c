import type { ToolAnnotations, ToolView } from '@ai-assistant/contract'
import type { Tool } from '../mcp/mcp-types.ts'
import type { McpConnection } from '../mcp/connection.ts'
import type { ModelTool } from '../models/language-model.ts'
import { checkerOf, type CheckValue } from '../mcp/check-value.ts'
import { visibleLine, visibleText } from './visible-text.ts'

const maxDescriptionChars = 4000
const maxTitleChars = 80

/** A tool of a connected server, with all that is decided about it. */
export interface OfferedTool {
  /** `<server>__<tool>`. */
  name: string
  title: string
  description: string
  annotations: ToolAnnotations
  policy: ToolView['policy']
  /** Asks a person who may allow it for good. */
  allowable: boolean
  /** The hash of its definition. */
  hash: string
  /** After a takeover it may run again. */
  repeatable: boolean
  connection: McpConnection
  /** The server's part of the name. */
  server: string
  definition: Tool
  /** As models and people are shown it: what nobody would see is stripped of its words. */
  inputSchema: Record<string, unknown>
  checkInput: CheckValue
  checkOutput: CheckValue
}

/**
 * Decides about a tool. `changed`: its definition is not the one that was consented to. What reads only runs unasked, unless it
 * reaches outside: an address or a search is a message too, and what a model writes into it may be somebody's secret.
 */
export function offerTool(
  name: string,
  server: { connection: McpConnection; slug: string },
  definition: Tool,
  pin: { hash: string; changed: boolean },
): OfferedTool {
  const annotations = annotationsOf(definition)
  const { trusted } = server.connection.spec
  const policy = pin.changed ? 'changed' : trusted && annotations.readOnly && !annotations.openWorld ? 'runs' : 'asks'
  return {
    name,
    title: visibleLine(definition.title ?? definition.annotations?.title ?? definition.name, maxTitleChars),
    description: visibleText((definition.description ?? '').slice(0, maxDescriptionChars)),
    annotations,
    policy,
    allowable: policy === 'asks' && annotations.readOnly,
    hash: pin.hash,
    repeatable: trusted && (annotations.readOnly || annotations.idempotent),
    connection: server.connection,
    server: server.slug,
    definition,
    inputSchema: visibleSchema(definition.inputSchema),
    checkInput: checkerOf(definition.inputSchema),
    checkOutput: definition.outputSchema === undefined ? () => null : checkerOf(definition.outputSchema),
  }
}

/** What a tool does not say of itself is taken for the worse (MCP, ToolAnnotations). */
function annotationsOf({ annotations }: Tool): ToolAnnotations {
  return {
    readOnly: annotations?.readOnlyHint ?? false,
    destructive: annotations?.destructiveHint ?? true,
    idempotent: annotations?.idempotentHint ?? false,
    openWorld: annotations?.openWorldHint ?? true,
  }
}

function visibleSchema(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, visibleKeyword(key, value)]))
}

/** Only words meant to be read are cleaned: in an `enum` or a `const`, each character counts. */
function visibleKeyword(key: string, value: unknown): unknown {
  if (typeof value === 'string') return key === 'description' || key === 'title' ? visibleText(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => visibleKeyword('', item))
  return visibleSchema(Object.fromEntries(Object.entries(value)))
}

export function toModelTool({ name, description, inputSchema }: OfferedTool): ModelTool {
  return { name, description, inputSchema }
}

export function toToolView(tool: OfferedTool, allowed: ReadonlySet<string>): ToolView {
  const { name, title, description, inputSchema, annotations, policy, allowable, hash } = tool
  const alwaysAllowed = allowable && allowed.has(hash)
  return { name, title, description, inputSchema, annotations, policy, allowable, alwaysAllowed }
}
