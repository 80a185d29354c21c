import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteUpstream } from './quote-upstream.ts'

test('neither the key nor what looks like one is ever quoted', () => {
  const key = 'my-private-key-0123'
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect(quoteUpstream(`${before}${key}${after}`, key)).not.toContain(key)
    }),
  )
  expect(quoteUpstream('Incorrect API key provided: sk-proj-abc***xyz. Bearer abc.def', null)).toBe(
    'Incorrect API key provided: [key] Bearer [key]',
  )
})

test('a quotation is one line, not long, and can be stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (text) => {
      const quoted = quoteUpstream(text, null)
      expect(quoted.length).toBeLessThanOrEqual(301)
      expect(quoted.isWellFormed()).toBe(true)
      expect(quoted).not.toMatch(/[\n\r\0\t]/)
    }),
  )
})
