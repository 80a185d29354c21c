import type { AnswerCost, UsageLine } from '@ai-assistant/contract'

/** A row of the ledger, as an answer's cost is made of it. */
export interface LedgerRow {
  kind: 'model' | 'tool'
  name: string
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  costNanos: number | null
  inputCostNanos: number | null
  priceVersion: string | null
  /** Estimated tokens: of a model call, its whole prompt; of a tool call, its result. */
  contextTokens: number
  contextBytes: number
  durationMs: number
  estimated: boolean
  charged: boolean
}

/**
 * What an answer cost, from its rows in the order they were written. A tool costs nothing itself: its output is paid for in
 * every prompt that holds it, by its part of that prompt. Both parts are estimated alike, so their ratio is what counts.
 */
export function answerCost(rows: readonly LedgerRow[], currency: string): AnswerCost {
  const calls = rows.filter(({ kind }) => kind === 'model')
  const total = calls.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)
  // A call that used nothing needs no price.
  const priced = calls.every((row) => row.costNanos !== null || row.inputTokens + row.outputTokens === 0)
  return {
    currency,
    cost: priced && calls.length > 0 ? total / 1e9 : null,
    priceVersion: rows.findLast(({ priceVersion }) => priceVersion !== null)?.priceVersion ?? null,
    lines: rows.map((row, at) => toLine(row, priced && total > 0 ? causedBy(row, rows.slice(at + 1)) / total : null)),
  }
}

/** Billionths that a tool's output cost in the prompts after it. */
function causedBy(tool: LedgerRow, later: readonly LedgerRow[]): number {
  return later.reduce((sum, { kind, inputCostNanos, contextTokens }) => {
    if (kind !== 'model' || inputCostNanos === null || contextTokens === 0) return sum
    return sum + inputCostNanos * Math.min(1, tool.contextTokens / contextTokens)
  }, 0)
}

function toLine(row: LedgerRow, share: number | null): UsageLine {
  const { costNanos, inputCostNanos: _, priceVersion: __, contextTokens: ___, ...line } = row
  return { ...line, cost: costNanos === null ? null : costNanos / 1e9, share: row.kind === 'tool' ? share : null }
}
