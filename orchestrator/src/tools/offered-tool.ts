import type { ToolAnnotations, ToolView } from '@ai-assistant/contract'
import type { Tool } from '@modelcontextprotocol/client'
import type { McpConnection } from '../mcp/connection.ts'
import type { ModelTool } from '../models/language-model.ts'
import { checkerOf, type CheckValue } from './check-value.ts'
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
  /** After a takeover it may run again. */
  repeatable: boolean
  connection: McpConnection
  /** The server's part of the name. */
  server: string
  definition: Tool
  checkInput: CheckValue
  checkOutput: CheckValue
}

/** Decides about a tool. `changed`: its definition is not the one that was consented to. */
export function offerTool(
  name: string,
  server: { connection: McpConnection; slug: string },
  definition: Tool,
  changed: boolean,
): OfferedTool {
  const annotations = annotationsOf(definition)
  const { trusted } = server.connection.spec
  return {
    name,
    title: visibleLine(definition.title ?? definition.annotations?.title ?? definition.name, maxTitleChars),
    description: visibleText((definition.description ?? '').slice(0, maxDescriptionChars)),
    annotations,
    policy: changed ? 'changed' : trusted && annotations.readOnly ? 'runs' : 'asks',
    repeatable: trusted && (annotations.readOnly || annotations.idempotent),
    connection: server.connection,
    server: server.slug,
    definition,
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

export function toModelTool(tool: OfferedTool): ModelTool {
  const inputSchema: Record<string, unknown> = tool.definition.inputSchema
  return { name: tool.name, description: tool.description, inputSchema }
}

export function toToolView(tool: OfferedTool): ToolView {
  const { name, title, description, annotations, policy } = tool
  const inputSchema: Record<string, unknown> = tool.definition.inputSchema
  return { name, title, description, inputSchema, annotations, policy }
}
