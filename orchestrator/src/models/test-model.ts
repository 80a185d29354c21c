import type { ModelTest } from '@ai-assistant/contract'
import type { LanguageModel, ModelRequest } from './language-model.ts'

const question: ModelRequest = {
  system: 'You are being tested. Answer in one short sentence.',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Say hello and name the model you are.' }] }],
  tools: [],
}
/** Enough to see that it speaks. */
const mostCharacters = 2000

/** Asks the model one short question and times it. Never rejects. `now` is a clock in milliseconds. */
export async function testModel(model: LanguageModel, now: () => number, signal: AbortSignal): Promise<ModelTest> {
  const startedAt = now()
  const test: ModelTest = {
    ok: false,
    firstTokenMs: null,
    totalMs: 0,
    text: '',
    problem: 'The model did not answer in time.',
  }
  for await (const event of model.stream(question, signal)) {
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') test.firstTokenMs ??= now() - startedAt
    if (event.type === 'text-delta' && test.text.length < mostCharacters) test.text += event.text
    if (event.type === 'end') {
      test.ok = test.text.trim() !== ''
      test.problem = test.ok ? null : 'The model ended without saying anything.'
    }
    if (event.type === 'error') test.problem = event.failure.message
  }
  return { ...test, text: test.text.slice(0, mostCharacters), totalMs: now() - startedAt }
}
