import type { ModelRequest } from '../language-model.ts'

/** What of a request depends on the upstream's taste, as it stands after all it has refused. */
export interface Parameters {
  /** null: no bound is sent, because the upstream knows neither name. */
  answerField: 'max_tokens' | 'max_completion_tokens' | null
  answerFieldRenamed: boolean
  answerTokens: number
  temperature: number | null
  streamUsage: boolean
  tools: boolean
  prefixMode: PrefixMode
}

/**
 * How an upstream is told to go on with an answer. `prefix-flag`: `prefix: true` on the last message (DeepSeek beta, Mistral) ·
 * `continue-final-message`: vLLM's parameter · `assistant-last`: an assistant's message at the end is continued (llama.cpp, Ollama,
 * OpenRouter) · `instruct`: it is asked to in words.
 */
export type PrefixMode = 'prefix-flag' | 'continue-final-message' | 'assistant-last' | 'instruct'

/** What the upstream said when it refused a request. */
export interface Refusal {
  message: string
  /** The parameter it named, where it did so in a field of its own. */
  param: string | null
}

/**
 * Makes a request acceptable to an upstream that refused a parameter: changes `parameters` and returns the sentence that
 * says so, or null where nothing it can give up was named. Each can be given up once, so asking again always comes to an end.
 */
export function giveUpRefused(parameters: Parameters, refusal: Refusal, request: ModelRequest): string | null {
  for (const concession of concessions) {
    const sentence = concession(parameters, refusal, request)
    if (sentence !== null) return sentence
  }
  return null
}

type Concession = (parameters: Parameters, refusal: Refusal, request: ModelRequest) => string | null

const concessions: Concession[] = [
  lowerAnswerTokens,
  renameAnswerTokens,
  dropTemperature,
  dropStreamOptions,
  dropPrefixMode,
  dropTools,
]

function names(refusal: Refusal, parameter: string): boolean {
  if (refusal.param !== null) return refusal.param === parameter || refusal.param.endsWith(`.${parameter}`)
  return new RegExp(`(^|[^a-z_])${parameter}([^a-z_]|$)`, 'i').test(refusal.message)
}

/** "max_tokens is too large: 9000. This model supports at most 4096 completion tokens": sent again with what it supports. */
function lowerAnswerTokens(parameters: Parameters, refusal: Refusal): string | null {
  if (parameters.answerField === null || !names(refusal, parameters.answerField)) return null
  const found = /(?:at most|less than or equal to|maximum (?:value )?(?:of|is)|<=?)\s*`?(\d{2,7})/i.exec(
    refusal.message,
  )
  const most = Number(found?.[1] ?? Number.NaN)
  if (!(most < parameters.answerTokens)) return null
  parameters.answerTokens = most
  return `${parameters.answerField} is lowered to ${most}`
}

function renameAnswerTokens(parameters: Parameters, refusal: Refusal): string | null {
  const from = parameters.answerField
  if (from === null || !names(refusal, from)) return null
  if (parameters.answerFieldRenamed) {
    parameters.answerField = null
    return `${from} is not sent`
  }
  const to = from === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  parameters.answerField = to
  parameters.answerFieldRenamed = true
  return `${from} is sent as ${to}`
}

function dropTemperature(parameters: Parameters, refusal: Refusal): string | null {
  if (parameters.temperature === null || !names(refusal, 'temperature')) return null
  parameters.temperature = null
  return 'temperature is not sent'
}

function dropStreamOptions(parameters: Parameters, refusal: Refusal): string | null {
  const named = names(refusal, 'stream_options') || names(refusal, 'include_usage')
  if (!parameters.streamUsage || !named) return null
  parameters.streamUsage = false
  return 'stream_options is not sent; usage is estimated'
}

function dropPrefixMode(parameters: Parameters, refusal: Refusal, request: ModelRequest): string | null {
  if (parameters.prefixMode === 'instruct' || request.prefix === undefined) return null
  const named = ['prefix', 'continue_final_message', 'add_generation_prompt'].some((name) => names(refusal, name))
  if (!named && !/last message|assistant message|final message|prefill/i.test(refusal.message)) return null
  parameters.prefixMode = 'instruct'
  return 'an answer is continued by an instruction'
}

function dropTools(parameters: Parameters, refusal: Refusal, request: ModelRequest): string | null {
  if (!parameters.tools || request.tools.length === 0) return null
  const said = /not support(?:ed)? (?:the )?(?:tools?|functions?|tool use|tool calling|function calling)\b/i
  const named =
    refusal.param === 'tools' || said.test(refusal.message) || /\btools?\b.*\bnot supported\b/i.test(refusal.message)
  if (!named) return null
  parameters.tools = false
  return 'tools are not offered: the model does not support them'
}
