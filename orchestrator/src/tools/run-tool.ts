import type { CallToolResult } from '../mcp/mcp-types.ts'
import type { CallToolOutcome } from '../mcp/call-tool.ts'
import type { McpFailure } from '../mcp/failure.ts'
import { isWithin } from '../mcp/bounds.ts'
import { failureContent, toolContent } from './content.ts'
import type { OfferedTool } from './offered-tool.ts'
import type { RunToolOptions, ToolOutcome } from './tool-set.ts'
import { visibleLine } from './visible-text.ts'

/** Runs a call to its end. Never rejects. */
export async function runTool(
  tool: OfferedTool,
  input: Record<string, unknown>,
  options: RunToolOptions,
): Promise<ToolOutcome> {
  const source = { tool: tool.title, server: tool.server }
  const outcome = await callAndMaybeAgain(tool, input, { ...options, onProgress: calmProgress(options.onProgress) })
  if ('failure' in outcome) return failed(source, outcome.failure)
  const fault = refuseResult(tool, outcome.result)
  if (fault !== null) return failed(source, { kind: 'unusable', message: fault })
  return { failed: outcome.result.isError === true, unknown: false, ...toolContent(source, outcome.result) }
}

const minProgressMs = 100
const maxProgressChars = 200

/** A server may report as often as it likes; people are told at a pace they can read, without what they would not see. */
function calmProgress(tell: RunToolOptions['onProgress']): RunToolOptions['onProgress'] {
  let last = -minProgressMs
  return ({ progress, total, text }) => {
    const now = performance.now()
    if (now - last < minProgressMs) return
    last = now
    tell({
      progress,
      ...(total === undefined ? {} : { total }),
      ...(text === undefined ? {} : { text: visibleLine(text, maxProgressChars) }),
    })
  }
}

/**
 * One more try where it cannot do harm: the call never arrived because the server had forgotten us, or its answer was lost
 * and the tool may be repeated. Nothing else is tried again here; the model reads what happened and decides.
 */
async function callAndMaybeAgain(
  tool: OfferedTool,
  input: Record<string, unknown>,
  options: RunToolOptions,
): Promise<CallToolOutcome> {
  const outcome = await tool.connection.call(tool.definition, input, options)
  if (!('failure' in outcome) || options.signal.aborted) return outcome
  if (outcome.failure.kind !== 'lost' && outcome.failure.kind !== 'unreachable') return outcome
  if (outcome.failure.kind === 'lost' && !tool.repeatable) return outcome
  await tool.connection.foundAlive(options.signal)
  return tool.connection.call(tool.definition, input, options)
}

function refuseResult(tool: OfferedTool, result: CallToolResult): string | null {
  if (result.isError === true || tool.definition.outputSchema === undefined) return null
  if (result.structuredContent === undefined) return 'The tool promised a structured result and sent none'
  if (!isWithin(result.structuredContent, { maxDepth: 64, maxValues: 50_000 })) return null
  const fault = tool.checkOutput(result.structuredContent)
  return fault === null ? null : `The result does not match what the tool promised: ${fault}`
}

function failed(source: { tool: string; server: string }, failure: McpFailure): ToolOutcome {
  const unknown = failure.kind === 'lost' || failure.kind === 'timeout' || failure.kind === 'cancelled'
  return {
    failed: true,
    unknown,
    ...(serversFault.has(failure.kind) && { broken: true as const }),
    ...failureContent(source, `${failure.message}. ${consequence[failure.kind]}`),
  }
}

const serversFault: ReadonlySet<McpFailure['kind']> = new Set(['unreachable', 'refused', 'unusable'])

/** What a model may conclude. */
const consequence: Record<McpFailure['kind'], string> = {
  unreachable: 'Nothing was done.',
  refused: 'The call was not accepted.',
  lost: 'It is unknown whether the tool did its work: do not repeat the call unless the person asks for it.',
  timeout: 'It is unknown whether the tool did its work: do not repeat the call unless the person asks for it.',
  cancelled: 'It is unknown whether the tool did its work.',
  unusable: 'The tool may have done its work, but its answer cannot be used.',
  asks: 'Tell the person, or ask them yourself and call again.',
}
