import type { ModelMessage, ModelRequest, ModelTool, ModelUserPart } from './language-model.ts'

/** What a large picture costs at the models that tile it; smaller ones cost less. */
export const tokensOfImage = 1105
/** Role, separators and names of one message. */
const tokensOfMessage = 4

/**
 * About how many tokens a text is, rather too many than too few: four characters a token for Latin letters, two for other
 * alphabets, one character a token for Chinese, Japanese, Korean, emoji and the like; runs of digits and signs three.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(twelfthsOfText(text) / 12)
}

/** The same of a text that comes piece by piece, none of which is kept. */
export class TokenCount {
  twelfths = 0

  add(piece: string): void {
    this.twelfths += twelfthsOfText(piece)
  }

  get tokens(): number {
    return Math.ceil(this.twelfths / 12)
  }
}

function twelfthsOfText(text: string): number {
  let twelfths = 0
  for (let at = 0; at < text.length; at += 1) twelfths += twelfthsOf(text.charCodeAt(at))
  return twelfths
}

/** Twelfths of a token of one UTF-16 unit. */
function twelfthsOf(code: number): number {
  if (code < 0x80) return isLetterOrSpace(code) ? 3 : 4
  if (code < 0x250) return 4
  // Greek, Cyrillic, Hebrew, Arabic, Indic, Thai and their neighbours.
  if (code < 0x1100) return 6
  // Half of a surrogate pair; a pair is often two tokens.
  if (code >= 0xd800 && code <= 0xdfff) return 12
  return code < 0x2e80 ? 8 : 12
}

function isLetterOrSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

export function estimateMessageTokens(message: ModelMessage): number {
  switch (message.role) {
    case 'user':
      return tokensOfMessage + message.parts.reduce((sum, part) => sum + estimatePartTokens(part), 0)
    case 'assistant':
      return message.toolCalls.reduce(
        (sum, call) => sum + tokensOfMessage + estimateTokens(call.name) + estimateTokens(call.arguments),
        tokensOfMessage + estimateTokens(message.text),
      )
    case 'tool':
      return tokensOfMessage + estimateTokens(message.content)
  }
}

function estimatePartTokens(part: ModelUserPart): number {
  return part.type === 'image' ? tokensOfImage : estimateTokens(part.text)
}

export function estimateToolTokens(tool: ModelTool): number {
  return tokensOfMessage + estimateTokens(tool.name) + estimateTokens(tool.description) + schemaTokens(tool.inputSchema)
}

/** By the schema, which nobody changes: the same twenty tools go with every model call. */
const schemas = new WeakMap<object, number>()

function schemaTokens(schema: ModelTool['inputSchema']): number {
  const known = schemas.get(schema)
  if (known !== undefined) return known
  const tokens = estimateTokens(JSON.stringify(schema))
  schemas.set(schema, tokens)
  return tokens
}

/** The whole prompt: system, messages, tools and the prefix that is to be continued. */
export function estimateRequestTokens(request: ModelRequest): number {
  const messages = request.messages.reduce((sum, message) => sum + estimateMessageTokens(message), 0)
  const tools = request.tools.reduce((sum, tool) => sum + estimateToolTokens(tool), 0)
  return tokensOfMessage + estimateTokens(request.system) + messages + tools + estimateTokens(request.prefix ?? '')
}
