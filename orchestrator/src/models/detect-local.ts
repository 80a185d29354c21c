import { chatModels, listModels } from './list-models.ts'
import type { ListedModel } from './list-models.ts'

/** A model server on this machine. */
export interface LocalServer {
  /** "Ollama", "llama.cpp" or "LM Studio". */
  name: string
  /** As in `OPENAI_BASE_URL`. */
  baseUrl: string
  /** Its models that can chat, in the order it lists them; may be empty. */
  models: ListedModel[]
}

export interface LocalPlace {
  name: string
  port: number
}

/** Where the usual local servers listen if nobody configured them otherwise. */
const usualPlaces: readonly LocalPlace[] = [
  { name: 'Ollama', port: 11_434 },
  { name: 'llama.cpp', port: 8080 },
  { name: 'LM Studio', port: 1234 },
]

/** What a start may wait: loopback answers in a few milliseconds or not at all. */
const timeoutMs = 400

/**
 * The first local server that speaks the Chat Completions API, one with models before one without. All are asked at once, on
 * loopback only; whatever else listens on those ports does not list models in this shape, and is left alone. Never rejects.
 */
export async function detectLocal(places: readonly LocalPlace[] = usualPlaces): Promise<LocalServer | null> {
  const servers = await Promise.all(places.map(probe))
  const found = servers.filter((server) => server !== null)
  return found.find((server) => server.models.length > 0) ?? found[0] ?? null
}

async function probe({ name, port }: LocalPlace): Promise<LocalServer | null> {
  const baseUrl = `http://127.0.0.1:${port}/v1`
  const models = await listModels(baseUrl, { apiKey: null, timeoutMs })
  return models === null ? null : { name, baseUrl, models: chatModels(models) }
}
