import { request } from 'undici'
import { z } from 'zod'
import { createOperatorAgent } from '../outbound/operator-agent.ts'

/** One entry of a model list. */
export interface ListedModel {
  id: string
  ownedBy: string | null
}

export interface ListModelsOptions {
  apiKey: string | null
  /** For the whole call: connecting, asking and reading. */
  timeoutMs: number
}

/** A list is a few kilobytes; whatever sends more is something else. */
const maxBytes = 1 << 20

/** What a Chat Completions server lists. Ollama without any model sends `null`. */
const modelListSchema = z.object({
  object: z.literal('list'),
  data: z.array(z.object({ id: z.string().min(1).max(300), owned_by: z.string().max(100).nullish() })).nullable(),
})

/**
 * The models a server lists at `GET <baseUrl>/models`, or null where no such server answers: refused, late, too long, or another
 * shape. Never rejects. Calls that one origin, through no proxy, and follows no redirect.
 */
export async function listModels(baseUrl: string, options: ListModelsOptions): Promise<ListedModel[] | null> {
  const agent = createOperatorAgent(baseUrl, { connectTimeoutMs: options.timeoutMs, keepAliveMs: 1 })
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    const url = `${baseUrl.replace(/\/+$/, '')}/models`
    const headers = options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }
    const response = await request(url, { dispatcher: agent.dispatcher, headers, signal })
    const text = await readBounded(response.body)
    return response.statusCode === 200 && text !== null ? parseList(text) : null
  } catch {
    // Nobody there, or nobody who answers in time: that is what was asked.
    return null
  } finally {
    agent.close().catch(() => undefined)
  }
}

async function readBounded(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      body.destroy()
      return null
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parseList(text: string): ListedModel[] | null {
  const list = modelListSchema.safeParse(JSON.parse(text))
  if (!list.success) return null
  return (list.data.data ?? []).map((model) => ({ id: model.id, ownedBy: model.owned_by ?? null }))
}

/** Models that embed, rank, listen or draw cannot hold a conversation. */
const otherTrades =
  /embed|rerank|\bbge\b|\bgte\b|\be5\b|minilm|whisper|\btts\b|text-to-|stable-diffusion|\bsdxl\b|\bflux\b|\bclip\b|moderation|dall-e/i

/** Those of a list that can answer in a chat, as far as their names tell. */
export function chatModels(models: readonly ListedModel[]): ListedModel[] {
  return models.filter((model) => !otherTrades.test(model.id))
}
