import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settleUsage } from './settle-usage.ts'

const estimate = { inputTokens: () => 100, outputTokens: () => 10 }

test('takes possible figures as they are', () => {
  const reported = { inputTokens: 90, outputTokens: 12, cachedTokens: 64, reasoningTokens: 3 }
  expect(settleUsage(reported, estimate)).toEqual({ ...reported, estimated: false })
})

test('a report that says nothing came back although something did is replaced by the estimate and flagged', () => {
  const reported = { inputTokens: 90, outputTokens: 0, cachedTokens: undefined, reasoningTokens: undefined }
  expect(settleUsage(reported, estimate)).toMatchObject({ inputTokens: 90, outputTokens: 10, estimated: true })
})

test('whatever is reported, figures are whole, not negative, and parts fit their whole', () => {
  const wild = fc.oneof(fc.anything(), fc.integer(), fc.double())
  fc.assert(
    fc.property(wild, wild, wild, wild, (inputTokens, outputTokens, cachedTokens, reasoningTokens) => {
      const usage = settleUsage({ inputTokens, outputTokens, cachedTokens, reasoningTokens }, estimate)
      const { estimated, ...figures } = usage
      expect(typeof estimated).toBe('boolean')
      expect(Object.values(figures).every((figure) => Number.isSafeInteger(figure) && figure >= 0)).toBe(true)
      expect(usage.cachedTokens).toBeLessThanOrEqual(usage.inputTokens)
      expect(usage.reasoningTokens).toBeLessThanOrEqual(usage.outputTokens)
    }),
    { numRuns: 2000 },
  )
})
