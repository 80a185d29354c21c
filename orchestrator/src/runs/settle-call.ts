import type { StreamPart } from '@ai-assistant/contract'
import { cleanJson, cleanText } from '../lib/clean-text.ts'
import { estimateTokens } from '../models/estimate-tokens.ts'
import type { ToolOutcome } from '../tools/tool-set.ts'
import { type ItemRow, noUsage, type RunStep, type UsageRow } from './run-step.ts'

/** The commit that settles one call. */
export function settleCall(
  item: ItemRow,
  outcome: ToolOutcome,
  call: { attempt: number; durationMs: number },
): RunStep {
  const state = outcome.unknown ? 'unknown' : outcome.failed ? 'failed' : 'done'
  const settled: ItemRow = { ...item, state, content: cleanText(outcome.content) }
  const usage: UsageRow = {
    item: item.id,
    attempt: call.attempt,
    kind: 'tool',
    name: item.tool,
    usage: noUsage,
    charged: true,
    durationMs: call.durationMs,
    contextBytes: outcome.bytes,
    contextTokens: estimateTokens(outcome.content),
  }
  const output = cleanJson(outcome.output)
  const part: StreamPart =
    outcome.failed || outcome.unknown
      ? {
          type: 'tool-output-error',
          toolCallId: item.id,
          errorText: typeof output === 'string' ? output : JSON.stringify(output),
          dynamic: true,
        }
      : { type: 'tool-output-available', toolCallId: item.id, output, dynamic: true }
  return { type: 'commit', parts: [part], rows: { items: [settled], usage: [usage] } }
}

export function serverOf(tool: string): string {
  return tool.split('__')[0] ?? tool
}
