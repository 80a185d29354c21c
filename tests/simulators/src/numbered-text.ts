import { createHash } from 'node:crypto'
import type { Behaviour } from './parse-model-name.ts'
import { textOf } from './chat-request.ts'
import type { ChatMessage } from './chat-request.ts'

/**
 * The simulator's answers: `<nonce> t0001 t0002 …`. The nonce is a hash of the conversation (without its system prompt) and the
 * seed, so a lost, repeated or reordered token and the words of another run are seen with the bare eye.
 */
export function numberedTokens(behaviour: Behaviour, nonce: string): string[] {
  const { len } = behaviour.numbers
  return Array.from({ length: len }, (_, index) => tokenText(behaviour, nonce, index))
}

function tokenText(behaviour: Behaviour, nonce: string, index: number): string {
  if (index === 0) return nonce
  const word = `t${String(index).padStart(4, '0')}`
  const tail = behaviour.flags.has('wide') ? '🙂' : ''
  if (!behaviour.flags.has('md')) return ` ${word}${tail}`
  if (index % 40 === 0) return `\n\n## ${word}${tail}\n\n`
  if (index % 10 === 0) return `\n- **${word}**${tail}`
  return ` ${word}${tail}`
}

/** Eight hexadecimal digits. */
export function nonceOf(messages: ChatMessage[], seed: number): string {
  const hash = createHash('sha256').update(String(seed))
  for (const message of messages) {
    if (message.role !== 'system' && message.role !== 'developer') hash.update(`\0${message.role}\0${textOf(message)}`)
  }
  return hash.digest('hex').slice(0, 8)
}

/** The conversation as it was asked, and the text that an answer to it has shown already. */
export interface Continuation {
  conversation: ChatMessage[]
  prefix: string | null
}

const asksToContinue = /continue.*exactly where/is

/** An answer that stands last, or last but for an instruction to continue it exactly where it ended, is a prefix. */
export function findPrefix(messages: ChatMessage[]): Continuation {
  const last = messages.at(-1)
  const before = messages.at(-2)
  if (last?.role === 'assistant' && !last.tool_calls)
    return { conversation: messages.slice(0, -1), prefix: textOf(last) }
  if (
    last &&
    before?.role === 'assistant' &&
    !before.tool_calls &&
    last.role !== 'tool' &&
    asksToContinue.test(textOf(last))
  ) {
    return { conversation: messages.slice(0, -2), prefix: textOf(before) }
  }
  return { conversation: messages, prefix: null }
}

/** The tokens still to be sent after `prefix`, by the habits written in the model's name. */
export function continueTokens(behaviour: Behaviour, conversation: ChatMessage[], prefix: string | null): string[] {
  const nonce = /^[0-9a-f]{8}/.exec(prefix ?? '')?.[0] ?? nonceOf(conversation, behaviour.numbers.seed)
  const tokens = numberedTokens(behaviour, nonce)
  if (prefix === null || behaviour.flags.has('restarts')) return tokens
  if (behaviour.flags.has('rephrases'))
    return tokens.map((token, index) => (index > tokens.length / 4 ? token.replace('t', 'u') : token))
  let rest = prefix
  let next = 0
  while (next < tokens.length && rest.startsWith(tokens[next] ?? '')) {
    rest = rest.slice(tokens[next]?.length)
    next += 1
  }
  const cutToken = tokens[next]
  if (rest !== '') return cutToken?.startsWith(rest) ? [cutToken.slice(rest.length), ...tokens.slice(next + 1)] : tokens
  return tokens.slice(Math.max(0, next - behaviour.numbers.repeats))
}
