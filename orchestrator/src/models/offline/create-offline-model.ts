import { estimateRequestTokens } from '../estimate-tokens.ts'
import type { LanguageModel, ModelEvent, ModelRequest } from '../language-model.ts'
import { decideReply } from './decide-reply.ts'

export interface OfflineModelOptions {
  /** Why it was chosen: a sentence for people. */
  why: string
  answerTokens: number
  /** How fast it writes; null: as fast as it is read. */
  tokensPerSecond?: number | null
  now: () => Date
  newId: () => string
  /** Ends early, without an error, when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What a person reads along with comfortably. */
const readablePace = 45
const windowTokens = 16_384

/**
 * A model without any language model in it: it matches questions to the offered tools by their names, descriptions and schemas,
 * tells what came back, and says so. Needs no network and knows no tool. The same conversation gives the same text in any process,
 * so an answer with a `prefix` goes on exactly behind it. Its tokens are words, which is what `usage` counts.
 */
export function createOfflineModel(options: OfflineModelOptions): LanguageModel {
  return {
    view: {
      id: 'offline',
      provider: 'offline',
      origin: null,
      why: options.why,
      windowTokens,
      answerTokens: options.answerTokens,
      temperature: null,
    },
    stream: (request, signal) => stream(request, signal, options),
  }
}

async function* stream(
  request: ModelRequest,
  signal: AbortSignal,
  options: OfflineModelOptions,
): AsyncGenerator<ModelEvent, void> {
  const reply = decideReply(request, options.now())
  const tokens = splitTokens(reply.text)
  const kept = tokens.slice(0, options.answerTokens)
  const text = afterPrefix(kept.join(''), request.prefix ?? '')
  const chosen = options.tokensPerSecond === undefined ? readablePace : options.tokensPerSecond
  const pause = chosen === null ? 0 : 1000 / (reply.tokensPerSecond ?? chosen)
  const rest = splitTokens(text)
  for (const token of rest) {
    if (pause > 0) await options.sleep(pause, signal)
    if (signal.aborted) return
    yield { type: 'text-delta', text: token }
  }
  for (const call of reply.calls) {
    if (signal.aborted) return
    const id = options.newId()
    yield { type: 'tool-call-start', id, name: call.name }
    yield { type: 'tool-call-end', call: { id, ...call } }
  }
  const outputTokens = rest.length + reply.calls.reduce((sum, call) => sum + splitTokens(call.arguments).length + 1, 0)
  const inputTokens = estimateRequestTokens(request)
  yield { type: 'usage', usage: { inputTokens, outputTokens, cachedTokens: 0, reasoningTokens: 0, estimated: true } }
  const reason = kept.length < tokens.length ? 'length' : reply.calls.length > 0 ? 'tool-calls' : 'stop'
  yield { type: 'end', reason }
}

/** Words with the white space before them: joined, they are the text again. */
function splitTokens(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? []
}

/**
 * What follows the prefix. A prefix that is not the beginning of the text comes from another model or another set of tools: then the
 * text stands after it as a paragraph of its own.
 */
function afterPrefix(text: string, prefix: string): string {
  if (text.startsWith(prefix)) return text.slice(prefix.length)
  return text === '' ? '' : `\n\n${text}`
}
