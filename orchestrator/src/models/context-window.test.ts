import { expect, test } from 'vitest'
import { contextWindowOf, defaultWindowTokens } from './context-window.ts'

test.each([
  ['gpt-4o-mini', 128_000],
  ['openai/gpt-4.1', 1_047_576],
  ['gpt-4', 8192],
  ['gpt-4-turbo', 128_000],
  ['o3-mini', 200_000],
  ['llama3.1:8b', 131_072],
  ['llama3:8b', 8192],
  ['meta-llama/Llama-3.3-70B-Instruct', 131_072],
  ['foo3-mini', defaultWindowTokens],
  ['something-new', defaultWindowTokens],
])('%s is planned with %d tokens', (id, tokens) => {
  expect(contextWindowOf(id)).toBe(tokens)
})
