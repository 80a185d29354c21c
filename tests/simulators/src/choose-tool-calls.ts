import { createHash } from 'node:crypto'
import { textOf } from './chat-request.ts'
import type { ChatRequest } from './chat-request.ts'
import { inventArguments } from './invent-arguments.ts'
import type { Behaviour } from './parse-model-name.ts'

export interface SimulatedCall {
  id: string
  name: string
  /** JSON text. */
  arguments: string
}

/**
 * The calls this request is answered with. Lines `/call <tool> <JSON>` of the person's last message come first; else the name's
 * `tools<n>`, taken in turn from the offered tools. None once `rounds<n>` rounds of results are there.
 */
export function chooseToolCalls(behaviour: Behaviour, request: ChatRequest): SimulatedCall[] {
  const lastUser = request.messages.findLastIndex((message) => message.role === 'user')
  const sinceUser = request.messages.slice(lastUser + 1)
  const done = sinceUser.filter((message) => (message.tool_calls?.length ?? 0) > 0).length
  if (done >= behaviour.numbers.rounds) return []
  const asked = lastUser < 0 ? '' : textOf(request.messages[lastUser] ?? { role: 'user', content: '' })
  const calls = askedCalls(asked)
  const chosen = calls.length > 0 ? calls : inventedCalls(behaviour, request, done)
  return chosen.map((call, index) => ({ ...call, id: callId(behaviour, request, index) }))
}

function askedCalls(text: string): Omit<SimulatedCall, 'id'>[] {
  return [...text.matchAll(/^\/call (\S+) ?(.*)$/gm)].map((found) => ({
    name: found[1] ?? '',
    arguments: found[2] || '{}',
  }))
}

function inventedCalls(behaviour: Behaviour, request: ChatRequest, round: number): Omit<SimulatedCall, 'id'>[] {
  const part = behaviour.words.tool
  const offered = (request.tools ?? []).filter((tool) => part === undefined || tool.function.name.includes(part))
  if (offered.length === 0) return []
  const { tools, seed } = behaviour.numbers
  return Array.from({ length: tools }, (_, index) => {
    const tool = offered[(seed + round * tools + index) % offered.length]?.function
    return { name: tool?.name ?? '', arguments: JSON.stringify(inventArguments(tool?.parameters)) }
  })
}

function callId(behaviour: Behaviour, request: ChatRequest, index: number): string {
  if (behaviour.flags.has('dupids')) return 'call_same'
  if (behaviour.flags.has('noids')) return ''
  const hash = createHash('sha256').update(JSON.stringify([request.messages, index]))
  return `call_${hash.digest('hex').slice(0, 16)}`
}
