import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimateRequestTokens, estimateTokens, TokenCount, tokensOfImage } from './estimate-tokens.ts'

test('counts about four letters a token, and one Chinese or Japanese character a token', () => {
  expect(estimateTokens('')).toBe(0)
  expect(estimateTokens('The quick brown fox jumps over the lazy dog')).toBe(11)
  expect(estimateTokens('東京は今何時ですか')).toBe(9)
  expect(estimateTokens('Который сейчас час')).toBeGreaterThanOrEqual(8)
})

test('a longer text is never fewer tokens', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, more) => {
      expect(estimateTokens(text + more)).toBeGreaterThanOrEqual(estimateTokens(text))
    }),
  )
})

test('a text that comes in pieces is as many tokens as in one', () => {
  const count = new TokenCount()
  const text = 'Wie geht es dir? 你好，世界 🙂 1234,56 €'
  for (const piece of text.match(/[^]{1,3}/g) ?? []) count.add(piece)
  expect(count.tokens).toBe(estimateTokens(text))
})

test('a picture costs the same however long its data is', () => {
  const of = (dataUrl: string) =>
    estimateRequestTokens({
      system: '',
      messages: [{ role: 'user', parts: [{ type: 'image', mediaType: 'image/png', dataUrl }] }],
      tools: [],
    })
  expect(of('data:,a')).toBe(of(`data:,${'a'.repeat(10_000)}`))
  expect(of('data:,a')).toBeGreaterThanOrEqual(tokensOfImage)
})
