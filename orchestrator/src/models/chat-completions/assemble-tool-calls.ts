import { cleanText } from '../../lib/clean-text.ts'
import type { ModelEvent, ModelToolCall } from '../language-model.ts'
import { asObject, asText } from './read-json.ts'

/** Puts tool calls together from their fragments, and mends what servers get wrong: ids missing or used twice, indexes missing or all zero. */
export interface ToolCallAssembler {
  /** One entry of `delta.tool_calls`. Returns the start event where it begins a call. */
  push(fragment: unknown): ModelEvent | null
  count(): number
  /** The calls, whole. With `cutShort` (the answer ran out of tokens) a last call whose arguments are no JSON is left out. */
  end(cutShort: boolean): ModelToolCall[]
}

/** A model that asks for more at once is not asking sensibly. */
const mostCalls = 128

/** `usedIds`: ids of the conversation so far, which no new call may have. */
export function createToolCallAssembler(usedIds: Iterable<string>, newCallId: () => string): ToolCallAssembler {
  const taken = new Set(usedIds)
  const calls: { index: unknown; givenId: string; call: ModelToolCall; started: boolean }[] = []

  function find(index: unknown, id: string, name: string): (typeof calls)[number] | undefined {
    const last = calls.at(-1)
    // With an id alone it is that call; with an index, the call there, unless another id and a name announce a new one.
    if (typeof index !== 'number') {
      const same = calls.find((entry) => id !== '' && entry.givenId === id)
      if (same && name !== '' && same.call.arguments !== '') return undefined
      return same ?? (id === '' && name === '' ? last : undefined)
    }
    const there = calls.findLast((entry) => entry.index === index)
    const isOther = there !== undefined && id !== '' && there.givenId !== '' && id !== there.givenId && name !== ''
    return isOther ? undefined : there
  }

  function begin(index: unknown, givenId: string): (typeof calls)[number] {
    const id = givenId === '' || taken.has(givenId) ? newCallId() : cleanText(givenId)
    taken.add(id)
    const entry = { index, givenId, call: { id, name: '', arguments: '' }, started: false }
    calls.push(entry)
    return entry
  }

  return {
    push(fragment) {
      const delta = asObject(fragment)
      const called = asObject(delta?.['function'])
      if (delta === null || called === null) return null
      const id = asText(delta['id'])
      const name = asText(called['name'])
      const known = find(delta['index'], id, name)
      if (known === undefined && calls.length >= mostCalls) return null
      const entry = known ?? begin(delta['index'], id)
      if (entry.call.name === '') entry.call.name = cleanText(name)
      const written = called['arguments']
      entry.call.arguments +=
        typeof written === 'object' && written !== null ? JSON.stringify(written) : asText(written)
      if (entry.started || entry.call.name === '') return null
      entry.started = true
      return { type: 'tool-call-start', id: entry.call.id, name: entry.call.name }
    },
    count: () => calls.length,
    end(cutShort) {
      const started = calls.filter((entry) => entry.started).map((entry) => entry.call)
      const last = started.at(-1)
      if (cutShort && last && !isJson(last.arguments)) started.pop()
      return started.map((call) => ({
        ...call,
        arguments: call.arguments.trim() === '' ? '{}' : cleanText(call.arguments),
      }))
    },
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
