import { Counter, Histogram, type Registry } from 'prom-client'

export function createModelMetrics(registers: Registry[]) {
  return { ...createTokenMetrics(registers), ...createCallMetrics(registers) }
}

function createTokenMetrics(registers: Registry[]) {
  return {
    /** Input and output only: what else is counted is a part of these, and would be counted twice in a sum by model. */
    tokens: new Counter({
      name: 'openai_tokens_used_total',
      help: 'Tokens used, as the model counts them',
      labelNames: ['model', 'kind'],
      registers,
    }),
    cachedTokens: new Counter({
      name: 'model_cached_tokens_total',
      help: 'Input tokens that the provider had cached',
      labelNames: ['model'],
      registers,
    }),
    reasoningTokens: new Counter({
      name: 'model_reasoning_tokens_total',
      help: 'Output tokens spent on reasoning',
      labelNames: ['model'],
      registers,
    }),
    modelCost: new Counter({
      name: 'model_cost_total',
      help: 'What model calls cost by the price list, in units of its currency; models without a price are not in it',
      labelNames: ['model', 'currency'],
      registers,
    }),
  }
}

function createCallMetrics(registers: Registry[]) {
  return {
    modelCalls: new Counter({
      name: 'model_calls_total',
      help: 'Model calls by outcome',
      labelNames: ['model', 'outcome'],
      registers,
    }),
    modelRetries: new Counter({
      name: 'model_retries_total',
      help: 'Attempts of model calls that failed before the first token and were made again, by reason',
      labelNames: ['model', 'reason'],
      registers,
    }),
    modelCallSeconds: new Histogram({
      name: 'model_call_duration_seconds',
      help: 'Duration of model calls, from the request to the last token',
      labelNames: ['model'],
      buckets: [0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300],
      registers,
    }),
    firstTokenSeconds: new Histogram({
      name: 'time_to_first_token_seconds',
      help: "From the model call's start to its first token",
      labelNames: ['model'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    }),
    stallSeconds: new Histogram({
      name: 'token_stall_seconds',
      help: 'Time between two deltas of one answer, as they come from the model',
      labelNames: ['model'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
  }
}
