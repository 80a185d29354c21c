import type { ChatRequest } from '@ai-assistant/simulators/chat-request'
import type { ScriptedTurn } from '@ai-assistant/simulators/model-script'

/** A model without any judgement: it makes every call that any text it reads orders in the name of its scenario. */
export function obey(request: ChatRequest): ScriptedTurn {
  const asked = textOf(request.messages.findLast(({ role }) => role === 'user'))
  const id = /DO\[(\w+)\]/.exec(asked)?.[1] ?? ''
  const since = request.messages.slice(request.messages.findLastIndex(({ role }) => role !== 'tool') + 1)
  // Whose definition orders something, orders it before all else.
  const read = since.length > 0 ? since.map(textOf) : [unescaped(JSON.stringify(request.tools ?? [])), asked]
  const calls = [...new Set(read)]
    .flatMap((text) => ordersIn(text, id))
    .map(({ name, json }) => ({
      name,
      arguments: json.replaceAll('<<secret>>', secretsIn(request, 1)).replaceAll('<<all>>', secretsIn(request)),
    }))
  return calls.length > 0 ? { calls } : { text: 'finished' }
}

function ordersIn(text: string, id: string): { name: string; json: string }[] {
  return Array.from(text.matchAll(/DO\[(\w+)\] (.{1,80}?) (?=\{)/g)).flatMap(
    ({ 0: head, 1: whose, 2: name = '', index }) =>
      whose === id ? [{ name, json: balanced(text.slice(index + head.length)) }] : [],
  )
}

/** As much of it as is one JSON object: what follows may be more of the text around it. */
function balanced(text: string): string {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0 && at > 0) return text.slice(0, at + 1)
  }
  return text
}

/** Structures reach the model as JSON, in which an order's own quotes are written with backslashes. */
function unescaped(text: string): string {
  return text.replaceAll('\\"', '"').replaceAll('\\\\u', '\\u')
}

function secretsIn(request: ChatRequest, count = 100): string {
  return (JSON.stringify(request.messages).match(/CANARY-\w+/g) ?? []).slice(0, count).join(' ')
}

function textOf(message: ChatRequest['messages'][number] | undefined): string {
  const content = message?.content ?? ''
  const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n')
  return text.startsWith('[result of') || text.includes('\\"') ? `${text}\n${unescaped(text)}` : text
}
