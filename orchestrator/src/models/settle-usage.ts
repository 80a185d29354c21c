import type { Usage } from '@ai-assistant/contract'

/** What the upstream said it used, as it said it. */
export interface ReportedUsage {
  inputTokens: unknown
  outputTokens: unknown
  cachedTokens: unknown
  reasoningTokens: unknown
}

/** No call uses more; a figure beyond is a mistake of the upstream's. */
const mostTokens = 100_000_000

/**
 * The usage to settle: the upstream's figures where they are possible, our estimate, flagged, where they are missing, negative, not
 * whole numbers, or zero although something was sent or came back. Never negative; parts never exceed their whole.
 */
export function settleUsage(
  reported: ReportedUsage | null,
  estimate: { inputTokens: () => number; outputTokens: () => number },
): Usage {
  const input = countOf(reported?.inputTokens)
  const output = countOf(reported?.outputTokens)
  // A long prompt takes milliseconds to estimate.
  const inputUsable = input !== null && (input > 0 || estimate.inputTokens() === 0)
  const outputUsable = output !== null && (output > 0 || estimate.outputTokens() === 0)
  const inputTokens = inputUsable ? input : estimate.inputTokens()
  const outputTokens = outputUsable ? output : estimate.outputTokens()
  return {
    inputTokens,
    outputTokens,
    cachedTokens: Math.min(inputTokens, countOf(reported?.cachedTokens) ?? 0),
    reasoningTokens: Math.min(outputTokens, countOf(reported?.reasoningTokens) ?? 0),
    estimated: !(inputUsable && outputUsable),
  }
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= mostTokens ? value : null
}
