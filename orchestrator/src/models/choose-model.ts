import type { Config } from '../config/config.ts'
import type { LocalServer } from './detect-local.ts'
import type { ListedModel } from './list-models.ts'

/** Which model is to answer, and why. */
export type ChosenModel =
  | {
      kind: 'upstream'
      provider: 'openai' | 'compatible' | 'local'
      id: string
      baseUrl: string
      apiKey: string | null
      ownedBy: string | null
      /** Which and why, and what to do to change it: for people. */
      why: string
      /** False while something better may still turn up: it is looked for again. */
      settled: boolean
    }
  | { kind: 'offline'; why: string; settled: false }

/** What the choice looks at outside the configuration; both never reject. */
export interface ModelSources {
  detectLocal: () => Promise<LocalServer | null>
  /** The models that can chat at an address the operator named; null where nobody answers. */
  listModels: (baseUrl: string, apiKey: string | null) => Promise<ListedModel[] | null>
}

const openAiUrl = 'https://api.openai.com/v1'
/** Known to the API for as long as it has existed, and what the examples name. */
const openAiModel = 'gpt-4'

/** `OPENAI_API_KEY` or `OPENAI_BASE_URL` decides; else a local server that answers; else the offline model. */
export async function chooseModel(config: Config['model'], sources: ModelSources): Promise<ChosenModel> {
  if (config.baseUrl !== null) return compatible(config, config.baseUrl, sources)
  if (config.apiKey !== null) return openAi(config, config.apiKey)
  const local = await sources.detectLocal()
  const [first] = local?.models ?? []
  if (local !== null && first !== undefined) return localModel(config, local, first)
  return { kind: 'offline', why: whyOffline(local), settled: false }
}

function openAi(config: Config['model'], apiKey: string): ChosenModel {
  const id = config.name ?? openAiModel
  const change = config.name === null ? 'Set OPENAI_MODEL to use another model.' : ''
  const why = `${id} at OpenAI answers, because OPENAI_API_KEY is set. ${change}`.trim()
  return { kind: 'upstream', provider: 'openai', id, baseUrl: openAiUrl, apiKey, ownedBy: null, why, settled: true }
}

/** Such a server knows its models best: it is asked where none is named, and for who serves the one that is. */
async function compatible(config: Config['model'], baseUrl: string, sources: ModelSources): Promise<ChosenModel> {
  const listed = await sources.listModels(baseUrl, config.apiKey)
  const named = config.name === null ? undefined : findModel(listed ?? [], config.name)
  const model = named ?? (config.name === null ? listed?.[0] : undefined)
  const id = config.name ?? model?.id ?? 'default'
  const provider = new URL(baseUrl).hostname === 'api.openai.com' ? 'openai' : 'compatible'
  const origin = new URL(baseUrl).origin
  const how =
    config.name !== null
      ? ''
      : model === undefined
        ? ' It lists no models: set OPENAI_MODEL to the one to use.'
        : ' It is the first the server lists; set OPENAI_MODEL to use another.'
  const why = `${id} at ${origin} answers, because OPENAI_BASE_URL is set.${how}`
  const settled = config.name !== null || model !== undefined
  return {
    kind: 'upstream',
    provider,
    id,
    baseUrl,
    apiKey: config.apiKey,
    ownedBy: model?.ownedBy ?? null,
    why,
    settled,
  }
}

function localModel(config: Config['model'], local: LocalServer, first: ListedModel): ChosenModel {
  const named = config.name === null ? undefined : findModel(local.models, config.name)
  const model = named ?? first
  const missing =
    config.name !== null && named === undefined ? ` It has no ${config.name}, which OPENAI_MODEL names.` : ''
  const change = 'Set OPENAI_MODEL for another of its models, or OPENAI_API_KEY for OpenAI.'
  const why = `${model.id} on this machine's ${local.name} answers, because it was found running and no key is set.${missing} ${change}`
  return {
    kind: 'upstream',
    provider: 'local',
    id: model.id,
    baseUrl: local.baseUrl,
    apiKey: null,
    ownedBy: model.ownedBy,
    why,
    settled: true,
  }
}

/** Local servers add a tag: `llama3.2` is their `llama3.2:latest`. */
function findModel(models: readonly ListedModel[], name: string): ListedModel | undefined {
  return models.find((model) => model.id === name) ?? models.find((model) => model.id.split(':')[0] === name)
}

function whyOffline(local: LocalServer | null): string {
  const found =
    local === null
      ? 'no local model server was found'
      : `${local.name} on this machine has no model to chat with (load one, with Ollama for example by \`ollama pull llama3.2\`)`
  return (
    `The built-in offline model answers, because OPENAI_API_KEY is not set and ${found}. ` +
    'Set OPENAI_API_KEY (and OPENAI_BASE_URL for another provider) and restart, or start Ollama, llama.cpp or LM Studio here: it is found within half a minute.'
  )
}
