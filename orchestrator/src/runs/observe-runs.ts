import type { Metrics } from '../telemetry/metrics.ts'
import type { RunObserver } from './run-context.ts'

/** Counts what runs do. */
export function observeRuns(metrics: Metrics): RunObserver {
  return {
    firstToken: (model, seconds) => metrics.firstTokenSeconds.observe({ model }, seconds),
    stall: (model, seconds) => metrics.stallSeconds.observe({ model }, seconds),
    modelCall: (model, outcome, usage) => {
      metrics.modelCalls.inc({ model, outcome })
      metrics.tokens.inc({ model, kind: 'input' }, usage.inputTokens)
      metrics.tokens.inc({ model, kind: 'output' }, usage.outputTokens)
    },
    toolCall: (server, outcome, seconds) => {
      metrics.toolCalls.inc({ server, outcome })
      if (outcome === 'done' || outcome === 'failed') metrics.toolSeconds.observe({ server }, seconds)
    },
    ended: (state) => metrics.runsEnded.inc({ state }),
    takenOver: () => metrics.takeovers.inc(),
  }
}
