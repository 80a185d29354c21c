import type { ModelView } from '@ai-assistant/contract'
import type { BreakerState } from './breaker.ts'
import type { LanguageModel } from './language-model.ts'

/** A model that speaks to an upstream knows these as well; the offline model has neither. */
export interface UpstreamModel extends LanguageModel {
  /** Sentences on what the upstream refused and is no longer sent as asked. */
  adjustments(): string[]
  breakerState(): BreakerState
}

/** What the model page shows of a model. */
export function modelView(model: LanguageModel & Partial<UpstreamModel>): ModelView {
  return { ...model.view, adjustments: model.adjustments?.() ?? [], breaker: model.breakerState?.() ?? 'closed' }
}
