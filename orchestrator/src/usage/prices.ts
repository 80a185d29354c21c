import { readFile } from 'node:fs/promises'
import type { Usage } from '@ai-assistant/contract'
import { z } from 'zod'
import { listPrices, type ModelPrice, type PriceList } from './price-list.ts'

/** What one call costs, in billionths of the currency unit. */
export interface Cost {
  costNanos: number
  /** Of it, what was read: the prompt. */
  inputCostNanos: number
  priceVersion: string
}

export interface Prices {
  currency: string
  /** Null where no price is known: unknown is not free. */
  of(model: string, usage: Usage): Cost | null
}

const amount = z.number().nonnegative().max(1_000_000)
const fileSchema = z.strictObject({
  version: z.string().min(1).max(100),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code of three letters'),
  models: z.record(z.string(), z.strictObject({ input: amount, cached: amount.optional(), output: amount })),
})

/**
 * The operator's own list, where there is one, before the built-in one. The built-in one counts only where the currencies
 * agree. Throws with the file's name and what is wrong in it.
 */
export async function openPrices(file: string | null): Promise<Prices> {
  const own = file === null ? null : await readPrices(file)
  return createPrices(own === null || own.currency === listPrices.currency ? [own, listPrices] : [own])
}

export function createPrices(lists: readonly (PriceList | null)[]): Prices {
  const known = lists.filter((list) => list !== null)
  return {
    currency: known[0]?.currency ?? listPrices.currency,
    of: (model, usage) => {
      for (const list of known) {
        const price = find(list, model)
        if (price !== null) return { ...cost(price, usage), priceVersion: list.version }
      }
      return null
    },
  }
}

async function readPrices(file: string): Promise<PriceList> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const wrong = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : ''
    throw new Error(`MODEL_PRICES_FILE: ${file} cannot be used: ${wrong}`, { cause: error })
  }
}

/** A price holds for the dated releases of its model too, and for the same name behind a router's `provider/`. */
function find({ models }: PriceList, model: string): ModelPrice | null {
  const plain = model.slice(model.lastIndexOf('/') + 1)
  for (const name of [model, plain, plain.replace(/-\d{4}-?\d{2}-?\d{2}$/, '')]) {
    if (Object.hasOwn(models, name)) return models[name] ?? null
  }
  return null
}

/** A price for a million tokens is as many millionths for one, and a thousand times as many billionths. */
function cost(price: ModelPrice, usage: Usage): Omit<Cost, 'priceVersion'> {
  const fresh = usage.inputTokens - usage.cachedTokens
  const input = fresh * price.input + usage.cachedTokens * (price.cached ?? price.input)
  const inputCostNanos = Math.round(input * 1000)
  return { inputCostNanos, costNanos: inputCostNanos + Math.round(usage.outputTokens * price.output * 1000) }
}
