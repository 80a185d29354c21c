import { expect, test } from 'vitest'
import { chooseModel } from './choose-model.ts'
import type { ModelSources } from './choose-model.ts'
import type { LocalServer } from './detect-local.ts'

const config = { apiKey: null, baseUrl: null, name: null, answerTokens: 1000, temperature: null }
const nothing: ModelSources = { detectLocal: () => Promise.resolve(null), listModels: () => Promise.resolve(null) }
const ollama: LocalServer = {
  name: 'Ollama',
  baseUrl: 'http://127.0.0.1:11434/v1',
  models: [
    { id: 'qwen3:4b', ownedBy: 'library' },
    { id: 'llama3.2:latest', ownedBy: 'library' },
  ],
}
const withOllama: ModelSources = { ...nothing, detectLocal: () => Promise.resolve(ollama) }

test('a key goes to OpenAI, even where a local server runs', async () => {
  const chosen = await chooseModel({ ...config, apiKey: 'key', name: 'gpt-4o' }, withOllama)
  expect(chosen).toMatchObject({
    provider: 'openai',
    id: 'gpt-4o',
    baseUrl: 'https://api.openai.com/v1',
    apiKey: 'key',
  })
})

test('a base URL is a compatible server, with or without a key', async () => {
  const baseUrl = 'http://models.example:9000/v1'
  expect(await chooseModel({ ...config, baseUrl, name: 'm' }, withOllama)).toMatchObject({
    provider: 'compatible',
    id: 'm',
    baseUrl,
    apiKey: null,
  })
  expect(await chooseModel({ ...config, baseUrl, name: 'm', apiKey: 'key' }, nothing)).toMatchObject({ apiKey: 'key' })
})

test('a compatible server is asked for its models where none is named', async () => {
  const listModels = () => Promise.resolve([{ id: 'mistral-small', ownedBy: 'vllm' }])
  const chosen = await chooseModel({ ...config, baseUrl: 'http://models.example/v1' }, { ...nothing, listModels })
  expect(chosen).toMatchObject({ id: 'mistral-small', ownedBy: 'vllm', settled: true })
  expect(chosen.why).toContain('OPENAI_MODEL')
})

test('a compatible server that does not answer yet is asked again later', async () => {
  const chosen = await chooseModel({ ...config, baseUrl: 'http://models.example/v1' }, nothing)
  expect(chosen).toMatchObject({ kind: 'upstream', settled: false })
})

test('without a key a local server answers, with its first model', async () => {
  const chosen = await chooseModel(config, withOllama)
  expect(chosen).toMatchObject({ provider: 'local', id: 'qwen3:4b', baseUrl: ollama.baseUrl, apiKey: null })
  expect(chosen.why).toContain('Ollama')
})

test('a named model is taken from a local server, its tag left out', async () => {
  expect(await chooseModel({ ...config, name: 'llama3.2' }, withOllama)).toMatchObject({ id: 'llama3.2:latest' })
})

test('a name the local server does not know is told', async () => {
  const chosen = await chooseModel({ ...config, name: 'gpt-4' }, withOllama)
  expect(chosen).toMatchObject({ id: 'qwen3:4b' })
  expect(chosen.why).toContain('It has no gpt-4')
})

test('with nothing else the offline model answers, and says what would change that', async () => {
  const chosen = await chooseModel(config, nothing)
  expect(chosen.kind).toBe('offline')
  expect(chosen.why).toMatch(/OPENAI_API_KEY.*Ollama/)
})

test('a local server without a model is named as the reason', async () => {
  const empty = { ...nothing, detectLocal: () => Promise.resolve({ ...ollama, models: [] }) }
  const chosen = await chooseModel(config, empty)
  expect(chosen.kind).toBe('offline')
  expect(chosen.why).toContain('ollama pull')
})

test('no reason carries a key', async () => {
  const chosen = await chooseModel({ ...config, apiKey: 'very-secret', baseUrl: 'http://h.example/v1' }, nothing)
  expect(chosen.why).not.toContain('very-secret')
})
