import type { ModelTest, ModelView } from '@ai-assistant/contract'
import type { Config } from '../config/config.ts'
import { newId } from '../lib/new-id.ts'
import { sleep } from '../lib/sleep.ts'
import { createOperatorAgent } from '../outbound/operator-agent.ts'
import { createChatCompletionsModel } from './chat-completions.ts'
import type { ModelLog } from './chat-completions/prepared-model.ts'
import { chooseModel } from './choose-model.ts'
import type { ChosenModel, ModelSources } from './choose-model.ts'
import { detectLocal } from './detect-local.ts'
import type { LanguageModel } from './language-model.ts'
import { chatModels, listModels } from './list-models.ts'
import { modelView } from './model-view.ts'
import { createOfflineModel } from './offline/create-offline-model.ts'
import { testModel } from './test-model.ts'

/** The model that answers now. */
export interface ModelChoice {
  current(): LanguageModel
  view(): ModelView
  test(): Promise<ModelTest>
  /** Looks again for something better than the offline model, at once. */
  reconsider(): Promise<void>
  close(): Promise<void>
}

export interface ModelChoiceOptions {
  log: ModelLog
  sources?: ModelSources
  /** How often a better model is looked for while there is none. */
  reconsiderMs?: number
}

/** The longest a test may take. */
const TEST_MS = 60_000
const RECONSIDER_MS = 30_000

const networkSources: ModelSources = {
  detectLocal: () => detectLocal(),
  listModels: async (baseUrl, apiKey) => {
    const listed = await listModels(baseUrl, { apiKey, timeoutMs: 2000 })
    return listed === null ? null : chatModels(listed)
  },
}

/** Chooses a model and keeps the choice: while it is the offline one, a local server that starts later is found. */
export async function openModelChoice(config: Config['model'], options: ModelChoiceOptions): Promise<ModelChoice> {
  const sources = options.sources ?? networkSources
  let chosen = await chooseModel(config, sources)
  let opened = openModel(chosen, config, options.log)
  options.log.info({ model: opened.model.view.id, provider: opened.model.view.provider }, chosen.why)
  let closed = false
  const reconsider = async (): Promise<void> => {
    if (chosen.settled) return
    const next = await chooseModel(config, sources)
    // Another look may have come first, or the end.
    if (closed || chosen.settled || next.why === chosen.why) return
    // Answers under way keep the model they began with; its connections end with them.
    const before = opened
    chosen = next
    opened = openModel(next, config, options.log)
    options.log.info({ model: opened.model.view.id, provider: opened.model.view.provider }, next.why)
    await before.close()
  }
  const timer = setInterval(() => {
    reconsider().catch((error: unknown) => options.log.warn({ err: error }, 'A model could not be looked for'))
  }, options.reconsiderMs ?? RECONSIDER_MS).unref()
  return {
    current: () => opened.model,
    view: () => modelView(opened.model),
    test: () => testModel(opened.model, () => performance.now(), AbortSignal.timeout(TEST_MS)),
    reconsider,
    close: async () => {
      closed = true
      clearInterval(timer)
      await opened.close()
    },
  }
}

interface OpenedModel {
  model: LanguageModel
  close: () => Promise<void>
}

function openModel(chosen: ChosenModel, config: Config['model'], log: ModelLog): OpenedModel {
  const { answerTokens, temperature } = config
  if (chosen.kind === 'offline') {
    const model = createOfflineModel({ why: chosen.why, answerTokens, now: () => new Date(), newId, sleep })
    return { model, close: () => Promise.resolve() }
  }
  const { id, provider, baseUrl, apiKey, why, ownedBy } = chosen
  const agent = createOperatorAgent(baseUrl)
  const settings = { id, provider, baseUrl, apiKey, why, answerTokens, temperature }
  const model = createChatCompletionsModel(ownedBy === null ? settings : { ...settings, ownedBy }, {
    agent,
    clock: Date,
    log,
  })
  return { model, close: () => agent.close() }
}
