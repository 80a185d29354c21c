import type { ModelTest, ModelView } from '@ai-assistant/contract'
import type { Config } from '../config/config.ts'
import { createOperatorAgent } from '../outbound/operator-agent.ts'
import { createChatCompletionsModel } from './chat-completions.ts'
import type { ModelLog } from './chat-completions/prepared-model.ts'
import type { LanguageModel } from './language-model.ts'
import { modelView } from './model-view.ts'
import { testModel } from './test-model.ts'

/** The model that answers now. */
export interface ModelChoice {
  current(): LanguageModel
  view(): ModelView
  test(): Promise<ModelTest>
  close(): Promise<void>
}

/** The longest a test may take. */
const TEST_MS = 60_000

export async function openModelChoice(config: Config['model'], options: { log: ModelLog }): Promise<ModelChoice> {
  const baseUrl = config.baseUrl ?? 'https://api.openai.com/v1'
  const agent = createOperatorAgent(baseUrl)
  const model = createChatCompletionsModel(
    {
      id: config.name ?? 'gpt-4',
      provider: config.baseUrl === null ? 'openai' : 'compatible',
      baseUrl,
      apiKey: config.apiKey,
      why: 'OPENAI_BASE_URL names it.',
      answerTokens: config.answerTokens,
      temperature: config.temperature,
    },
    { agent, clock: Date, log: options.log },
  )
  return {
    current: () => model,
    view: () => modelView(model),
    test: () => testModel(model, () => performance.now(), AbortSignal.timeout(TEST_MS)),
    close: () => agent.close(),
  }
}
