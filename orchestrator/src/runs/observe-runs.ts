import type { Metrics } from '../telemetry/metrics.ts'
import type { Prices } from '../usage/prices.ts'
import type { RunObserver } from './run-context.ts'

/** Counts what runs do. */
export function observeRuns(metrics: Metrics, prices: Prices): RunObserver {
  return {
    started: (kind) => metrics.runsStarted.inc({ kind }),
    parked: () => metrics.runsParked.inc(),
    firstToken: (model, seconds) => metrics.firstTokenSeconds.observe({ model }, seconds),
    stall: (model, seconds) => metrics.stallSeconds.observe({ model }, seconds),
    overhead: (model, seconds) => metrics.overheadSeconds.observe({ model }, seconds),
    longestPause: (model, seconds) => metrics.longestPauseSeconds.observe({ model }, seconds),
    modelRetry: (model, reason) => metrics.modelRetries.inc({ model, reason }),
    modelCall: (model, outcome, usage, seconds) => {
      metrics.modelCalls.inc({ model, outcome })
      metrics.modelCallSeconds.observe({ model }, seconds)
      metrics.tokens.inc({ model, kind: 'input' }, usage.inputTokens)
      metrics.tokens.inc({ model, kind: 'output' }, usage.outputTokens)
      const cost = prices.of(model, usage)
      if (cost !== null) metrics.modelCost.inc({ model, currency: prices.currency }, cost.costNanos / 1e9)
      metrics.cachedTokens.inc({ model }, usage.cachedTokens)
      metrics.reasoningTokens.inc({ model }, usage.reasoningTokens)
    },
    toolCall: (server, outcome, seconds, bytes) => {
      metrics.toolCalls.inc({ server, outcome })
      metrics.toolBytes.inc({ server }, bytes)
      if (outcome === 'done' || outcome === 'failed') metrics.toolSeconds.observe({ server }, seconds)
    },
    ended: (state, reason, resumed) => metrics.runsEnded.inc({ state, reason, resumed: String(resumed) }),
    takenOver: (gapSeconds) => {
      metrics.takeovers.inc()
      if (gapSeconds !== null) metrics.resumeGapSeconds.observe(gapSeconds)
    },
  }
}
