import { expect, test } from 'vitest'
import type { ModelRequest } from '../language-model.ts'
import { giveUpRefused } from './parameters.ts'
import type { Parameters } from './parameters.ts'
import { prefixModeOf } from './prefix-mode.ts'
import { continueInstruction, toChatCompletion } from './to-chat-completion.ts'

const parameters: Parameters = {
  answerField: 'max_tokens',
  answerFieldRenamed: false,
  answerTokens: 9000,
  temperature: 0.7,
  streamUsage: true,
  tools: true,
  prefixMode: 'instruct',
}

function ask(more: Partial<ModelRequest> = {}): ModelRequest {
  return { system: '', messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], tools: [], ...more }
}

const shown = { role: 'assistant', content: 'Once upon' }

test.each([
  ['instruct', [shown, { role: 'user', content: continueInstruction }], {}],
  ['assistant-last', [shown], {}],
  ['prefix-flag', [{ ...shown, prefix: true }], {}],
  ['continue-final-message', [shown], { continue_final_message: true, add_generation_prompt: false }],
] as const)('a prefix is given as %s wants it', (prefixMode, last, extra) => {
  const body = toChatCompletion('m', ask({ prefix: 'Once upon' }), { ...parameters, prefixMode })
  expect(body).toMatchObject({ messages: [{ role: 'user', content: 'hi' }, ...last], ...extra })
})

test('nothing is sent that was not asked for', () => {
  expect(
    toChatCompletion('m', ask(), { ...parameters, temperature: null, streamUsage: false, answerField: null }),
  ).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
  })
})

test.each([
  ['https://api.openai.com/v1', undefined, 'instruct'],
  ['https://api.deepseek.com/v1', undefined, 'instruct'],
  ['https://api.deepseek.com/beta', undefined, 'prefix-flag'],
  ['https://api.mistral.ai/v1', undefined, 'prefix-flag'],
  ['https://openrouter.ai/api/v1', undefined, 'assistant-last'],
  ['http://localhost:8080/v1', 'llamacpp', 'assistant-last'],
  ['http://gpu.example/v1', 'vllm', 'continue-final-message'],
  ['http://gpu.example/v1', 'constructor', 'instruct'],
] as const)('%s (%s) continues by %s', (url, owner, mode) => {
  expect(prefixModeOf(url, owner)).toBe(mode)
})

function refuse(message: string, param: string | null = null, request = ask()) {
  const own = { ...parameters }
  return { sentence: giveUpRefused(own, { message, param }, request), own }
}

test('an answer bound that is too large is lowered, not renamed', () => {
  const { sentence, own } = refuse(
    'max_tokens is too large: 9000. This model supports at most 4096 completion tokens.',
    'max_tokens',
  )
  expect(sentence).toBe('max_tokens is lowered to 4096')
  expect(own).toMatchObject({ answerField: 'max_tokens', answerTokens: 4096 })
})

test('a parameter is known from the message where no field names it', () => {
  expect(refuse('Unrecognized request argument supplied: stream_options').own.streamUsage).toBe(false)
  expect(refuse('[{"loc":["body","temperature"],"msg":"extra fields not permitted"}]').own.temperature).toBeNull()
})

test('tools are given up where the model has none, and only where some were offered', () => {
  const message = 'registry.ollama.ai/library/gemma:2b does not support tools'
  const tools = [{ name: 'f', description: '', inputSchema: {} }]
  expect(refuse(message, null, ask({ tools })).own.tools).toBe(false)
  expect(refuse(message).sentence).toBeNull()
})

test('a refusal of something else is nobody’s parameter', () => {
  for (const message of [
    'Invalid schema for function f: tools[0]',
    'The image is too large',
    'max_tokens_per_minute exceeded',
    '',
  ]) {
    expect(refuse(message, null, ask({ tools: [{ name: 'f', description: '', inputSchema: {} }] })).sentence).toBeNull()
  }
})

test('a prefix mode that is refused falls back to an instruction', () => {
  const own: Parameters = { ...parameters, prefixMode: 'prefix-flag' }
  expect(giveUpRefused(own, { message: 'Unknown field: prefix', param: null }, ask({ prefix: 'a' }))).not.toBeNull()
  expect(own.prefixMode).toBe('instruct')
})
