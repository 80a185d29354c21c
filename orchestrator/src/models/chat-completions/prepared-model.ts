import type { OperatorAgent } from '../../outbound/operator-agent.ts'
import { createBreaker, modelBreaker } from '../breaker.ts'
import type { Breaker } from '../breaker.ts'
import { contextWindowOf } from '../context-window.ts'
import type { ModelFacts, ModelFailure } from '../language-model.ts'
import { createRetryBudget } from '../retry-budget.ts'
import type { RetryBudget } from '../retry-budget.ts'
import type { CallLimits } from './call-once.ts'
import type { Upstream } from './call-failure.ts'
import type { Parameters } from './parameters.ts'
import { prefixModeOf } from './prefix-mode.ts'

export interface ChatCompletionsSettings {
  id: string
  provider: ModelFacts['provider']
  /** As in `OPENAI_BASE_URL`: `https://api.openai.com/v1`. */
  baseUrl: string
  apiKey: string | null
  why: string
  answerTokens: number
  temperature: number | null
  /** Where the upstream says how long its context is; else the model's family tells. */
  windowTokens?: number
  /** `owned_by` of the upstream's model list, which tells the server's kind. */
  ownedBy?: string
}

export interface ChatCompletionsDependencies {
  agent: OperatorAgent
  /** Milliseconds since the epoch. */
  clock: { now(): number }
  log: ModelLog
  limits?: Partial<CallLimits>
  /** From 0 up to 1, for jitter. */
  random?: () => number
}

/** Of a logger, what is used here. */
export interface ModelLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

const defaultLimits: CallLimits = {
  headMs: 120_000,
  idleMs: 30_000,
  afterFinishMs: 2000,
  lineLength: 1 << 20,
  totalBytes: 64 << 20,
}
/** One model at one origin, with all that its calls share. */
export interface PreparedModel {
  view: ModelFacts
  settings: ChatCompletionsSettings
  upstream: Upstream
  url: URL
  parameters: Parameters
  adjustments: string[]
  breaker: Breaker
  budget: RetryBudget
  /** Until when the upstream wants to be left alone, and how it said so. */
  pause: { until: number; failure: ModelFailure | null }
  dependencies: Required<ChatCompletionsDependencies> & { limits: CallLimits }
}

export function prepareModel(
  settings: ChatCompletionsSettings,
  dependencies: ChatCompletionsDependencies,
): PreparedModel {
  const url = new URL(settings.baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  const isOpenAi = url.hostname === 'api.openai.com'
  return {
    view: {
      id: settings.id,
      provider: settings.provider,
      origin: url.origin,
      why: settings.why,
      windowTokens: settings.windowTokens ?? contextWindowOf(settings.id),
      answerTokens: settings.answerTokens,
      temperature: settings.temperature,
    },
    settings,
    upstream: { host: url.host, model: settings.id, apiKey: settings.apiKey },
    url,
    parameters: {
      answerField: isOpenAi ? 'max_completion_tokens' : 'max_tokens',
      answerFieldRenamed: false,
      answerTokens: settings.answerTokens,
      temperature: settings.temperature,
      streamUsage: true,
      tools: true,
      prefixMode: prefixModeOf(settings.baseUrl, settings.ownedBy),
    },
    adjustments: [],
    breaker: createBreaker(modelBreaker, () => dependencies.clock.now()),
    budget: createRetryBudget(),
    pause: { until: 0, failure: null },
    dependencies: { random: Math.random, ...dependencies, limits: { ...defaultLimits, ...dependencies.limits } },
  }
}
