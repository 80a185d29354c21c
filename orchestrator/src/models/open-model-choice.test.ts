import { expect, test } from 'vitest'
import type { LocalServer } from './detect-local.ts'
import { openModelChoice } from './open-model-choice.ts'

const config = { apiKey: null, baseUrl: null, name: null, answerTokens: 1000, temperature: null }
const log = { info: () => undefined, warn: () => undefined }
const ollama: LocalServer = { name: 'Ollama', baseUrl: 'http://127.0.0.1:9/v1', models: [{ id: 'a', ownedBy: null }] }

test('a local server that starts later takes over from the offline model without a restart', async () => {
  let running: LocalServer | null = null
  const sources = { detectLocal: () => Promise.resolve(running), listModels: () => Promise.resolve(null) }
  const choice = await openModelChoice(config, { log, sources, reconsiderMs: 5 })
  expect(choice.view()).toMatchObject({ provider: 'offline', origin: null, breaker: 'closed', adjustments: [] })
  running = ollama
  await expect.poll(() => choice.view().provider).toBe('local')
  expect(choice.current().view.id).toBe('a')
  await choice.close()
})

test('once a real model is found, nothing is looked for any more', async () => {
  let looks = 0
  const sources = {
    detectLocal: () => {
      looks += 1
      return Promise.resolve(ollama)
    },
    listModels: () => Promise.resolve(null),
  }
  const choice = await openModelChoice(config, { log, sources })
  await choice.reconsider()
  await choice.reconsider()
  expect(looks).toBe(1)
  await choice.close()
})

test('the offline model passes the test of the model page', async () => {
  const sources = { detectLocal: () => Promise.resolve(null), listModels: () => Promise.resolve(null) }
  const choice = await openModelChoice(config, { log, sources })
  expect(await choice.test()).toMatchObject({ ok: true, problem: null })
  await choice.close()
})
