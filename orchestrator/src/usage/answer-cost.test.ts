import { expect, test } from 'vitest'
import { answerCost, type LedgerRow } from './answer-cost.ts'

const none = {
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  costNanos: null,
  inputCostNanos: null,
  priceVersion: null,
  contextTokens: 0,
  contextBytes: 0,
  durationMs: 0,
  estimated: false,
  charged: true,
}

function model(contextTokens: number, input: number | null, output = 0): LedgerRow {
  const cost = input === null ? null : { costNanos: input + output, inputCostNanos: input, priceVersion: 'v1' }
  return { ...none, kind: 'model', name: 'm', inputTokens: contextTokens, contextTokens, ...cost }
}

function tool(name: string, contextTokens: number): LedgerRow {
  return { ...none, kind: 'tool', name, contextTokens, contextBytes: contextTokens * 4 }
}

test('a tool is answerable for its part of every prompt after it, and for none before', () => {
  const rows = [
    model(100, 1000, 500),
    tool('big', 300),
    model(400, 4000, 500),
    tool('small', 100),
    model(500, 5000, 1000),
  ]
  const { cost, priceVersion, lines } = answerCost(rows, 'USD')
  expect(cost).toBeCloseTo(12_000 / 1e9, 12)
  expect(priceVersion).toBe('v1')
  const share = (name: string) => lines.find((line) => line.name === name)?.share
  expect(share('big')).toBeCloseTo((4000 * 0.75 + 5000 * 0.6) / 12_000, 12)
  expect(share('small')).toBeCloseTo((5000 * 0.2) / 12_000, 12)
})

test('shares never pass the whole, also where a result was shortened in the prompt', () => {
  const { lines } = answerCost([model(10, 100), tool('huge', 1_000_000), model(500, 1000)], 'USD')
  expect(lines[1]?.share).toBeCloseTo(1000 / 1100, 12)
})

test('what has no price has no cost, and says so instead of zero', () => {
  const { cost, lines } = answerCost([model(100, 1000), tool('t', 10), model(100, null)], 'USD')
  expect(cost).toBeNull()
  expect(lines.map(({ share }) => share)).toEqual([null, null, null])
  expect(answerCost([], 'USD').cost).toBeNull()
})
