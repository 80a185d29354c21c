/** What a model costs, in the list's currency for a million tokens. */
export interface ModelPrice {
  input: number
  /** Input that the provider had in its cache; as input where absent. */
  cached?: number | undefined
  output: number
}

export interface PriceList {
  /** Written beside every cost, so that it can be explained later. */
  version: string
  currency: string
  models: Record<string, ModelPrice>
}

/**
 * OpenAI's list prices for standard processing, as published in August 2025. Providers change them: an operator's own
 * list (MODEL_PRICES_FILE) comes first, and is the way to correct one.
 */
export const listPrices: PriceList = {
  version: 'openai-list-2025-08',
  currency: 'USD',
  models: {
    'gpt-5': { input: 1.25, cached: 0.125, output: 10 },
    'gpt-5-mini': { input: 0.25, cached: 0.025, output: 2 },
    'gpt-5-nano': { input: 0.05, cached: 0.005, output: 0.4 },
    'gpt-4.1': { input: 2, cached: 0.5, output: 8 },
    'gpt-4.1-mini': { input: 0.4, cached: 0.1, output: 1.6 },
    'gpt-4.1-nano': { input: 0.1, cached: 0.025, output: 0.4 },
    'gpt-4o': { input: 2.5, cached: 1.25, output: 10 },
    'gpt-4o-mini': { input: 0.15, cached: 0.075, output: 0.6 },
    o3: { input: 2, cached: 0.5, output: 8 },
    'o3-mini': { input: 1.1, cached: 0.55, output: 4.4 },
    'o4-mini': { input: 1.1, cached: 0.275, output: 4.4 },
    o1: { input: 15, cached: 7.5, output: 60 },
    'gpt-4-turbo': { input: 10, output: 30 },
    'gpt-4': { input: 30, output: 60 },
    'gpt-3.5-turbo': { input: 0.5, output: 1.5 },
  },
}
