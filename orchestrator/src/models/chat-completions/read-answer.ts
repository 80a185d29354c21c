import { cleanText } from '../../lib/clean-text.ts'
import { TokenCount } from '../estimate-tokens.ts'
import type { ModelEvent } from '../language-model.ts'
import type { ReportedUsage } from '../settle-usage.ts'
import type { OverlapTrimmer } from '../trim-overlap.ts'
import type { UpstreamError } from './call-failure.ts'
import type { ToolCallAssembler } from './assemble-tool-calls.ts'
import { asObject, asText, parseObject, readUpstreamError } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import { createRepeatedChunk } from './repeated-chunk.ts'
import type { SseEvent } from './scan-sse.ts'

/** Turns the events of one streamed answer into model events. */
export interface AnswerReader {
  /** Neighbouring deltas become one, so that what arrived together is handed on together. Stops at a fault. */
  accept(events: SseEvent[]): ModelEvent[]
  /** What is still held back, and the tool calls. To be asked of a complete answer only. */
  end(): ModelEvent[]
  state: AnswerState
}

export interface AnswerState {
  /** `finish_reason`, as the upstream wrote it. */
  finish: string | null
  /** Anything of the protocol was seen. */
  begun: boolean
  /** `[DONE]` was seen. */
  done: boolean
  usage: ReportedUsage | null
  fault: { kind: 'malformed' } | { kind: 'error'; error: UpstreamError } | null
  /** About how many tokens everything is that the model wrote, shown or not. */
  written: TokenCount
}

export type EndReason = Extract<ModelEvent, { type: 'end' }>['reason']

/** Why the answer ended. Servers that say `stop` after tool calls, or `tool_calls` without any, are put right. */
export function endReason(finish: string | null, toolCalls: number): EndReason {
  if (finish === 'length' || finish === 'max_tokens' || finish === 'model_length') return 'length'
  if (finish === 'content_filter') return 'content-filter'
  return toolCalls > 0 ? 'tool-calls' : 'stop'
}

export function createAnswerReader(calls: ToolCallAssembler, trimmer: OverlapTrimmer | null): AnswerReader {
  const state: AnswerState = {
    finish: null,
    begun: false,
    done: false,
    usage: null,
    fault: null,
    written: new TokenCount(),
  }
  const sink = createEventSink(calls, trimmer)

  const repeated = createRepeatedChunk(textOf)

  function readEvent(event: SseEvent): void {
    const said = event.name === '' ? repeated.read(event.data) : null
    if (said !== null) return say(state, sink, said)
    if (event.data.trim() === '[DONE]') {
      state.done = true
      return
    }
    const chunk = parseObject(event.data)
    state.begun ||= chunk !== null
    state.fault = faultOf(event, chunk)
    if (state.fault === null && chunk !== null) readChunk(state, sink, chunk)
    if (event.name === '') repeated.learn(event.data)
  }

  return {
    state,
    accept(events) {
      for (const event of events) {
        if (state.done || state.fault !== null) break
        readEvent(event)
      }
      return sink.take()
    },
    end() {
      const whole = calls.end(endReason(state.finish, calls.count()) === 'length')
      for (const call of whole) state.written.add(call.name + call.arguments)
      return [...sink.end(), ...whole.map((call): ModelEvent => ({ type: 'tool-call-end', call }))]
    },
  }
}

/** Collects what one turn of the loop brings. */
interface EventSink {
  say(text: string): void
  think(text: string): void
  call(fragment: unknown): void
  take(): ModelEvent[]
  /** What was held back. */
  end(): ModelEvent[]
}

function createEventSink(calls: ToolCallAssembler, trimmer: OverlapTrimmer | null): EventSink {
  const text = createCharacterJoiner()
  const thoughts = createCharacterJoiner()
  let out: ModelEvent[] = []

  function add(type: 'text-delta' | 'reasoning-delta', added: string): void {
    if (added === '') return
    const last = out.at(-1)
    if (last?.type === type) last.text += added
    else out.push({ type, text: added })
  }

  const trim = (said: string): string => (trimmer ? trimmer.push(said) : said)

  function take(): ModelEvent[] {
    const taken = out
    out = []
    return taken
  }

  return {
    say: (said) => add('text-delta', trim(text.push(said))),
    think: (thought) => add('reasoning-delta', thoughts.push(thought)),
    call(fragment) {
      const start = calls.push(fragment)
      if (start) out.push(start)
    },
    take,
    end() {
      add('reasoning-delta', thoughts.end())
      add('text-delta', trim(text.end()) + (trimmer?.end() ?? ''))
      return take()
    },
  }
}

function readChunk(state: AnswerState, sink: EventSink, chunk: JsonObject): void {
  readUsage(state, chunk)
  const choice = firstChoice(chunk)
  if (choice === null) return
  const { said, thought, fragments } = readDelta(choice)
  state.written.add(thought)
  if (thought !== '') sink.think(thought)
  say(state, sink, said)
  for (const fragment of fragments) sink.call(fragment)
  state.finish = asText(choice['finish_reason']) || state.finish
}

function say(state: AnswerState, sink: EventSink, said: string): void {
  state.written.add(said)
  if (said !== '') sink.say(said)
}

function firstChoice(chunk: JsonObject): JsonObject | null {
  const choices: unknown = chunk['choices']
  if (!Array.isArray(choices)) return null
  return choices.map(asObject).find((entry) => entry !== null && (entry['index'] ?? 0) === 0) ?? null
}

interface Delta {
  said: string
  thought: string
  /** Of tool calls. */
  fragments: unknown[]
}

function readDelta(choice: JsonObject): Delta {
  const delta = asObject(choice['delta']) ?? asObject(choice['message'])
  if (delta === null) return { said: '', thought: '', fragments: [] }
  const content = readContent(delta['content'])
  return {
    said: content.said + asText(delta['refusal']),
    thought: asText(delta['reasoning_content']) || asText(delta['reasoning']) || content.thought,
    fragments: Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : [],
  }
}

/** What a chunk says, where text is all that it brings; else null. */
function textOf(data: string): string | null {
  const chunk = parseObject(data)
  if (chunk === null || faultOf({ name: '', data }, chunk) !== null || usageOf(chunk) !== null) return null
  const choice = firstChoice(chunk)
  if (choice === null || asText(choice['finish_reason']) !== '') return null
  const { said, thought, fragments } = readDelta(choice)
  return thought === '' && fragments.length === 0 ? said : null
}

function faultOf(event: SseEvent, chunk: JsonObject | null): AnswerState['fault'] {
  const isError = event.name === 'error' || (chunk?.['error'] !== undefined && chunk['error'] !== null)
  if (isError) return { kind: 'error', error: readUpstreamError(event.data, chunk) }
  return chunk === null ? { kind: 'malformed' } : null
}

/** A later report replaces an earlier one (some servers count up with each chunk), unless it says nothing. */
function readUsage(state: AnswerState, chunk: JsonObject): void {
  const usage = usageOf(chunk)
  if (usage === null) return
  if (state.usage !== null && !usage['prompt_tokens'] && !usage['completion_tokens']) return
  state.usage = {
    inputTokens: usage['prompt_tokens'],
    outputTokens: usage['completion_tokens'],
    cachedTokens: asObject(usage['prompt_tokens_details'])?.['cached_tokens'] ?? usage['prompt_cache_hit_tokens'],
    reasoningTokens: asObject(usage['completion_tokens_details'])?.['reasoning_tokens'],
  }
}

function usageOf(chunk: JsonObject): JsonObject | null {
  return asObject(chunk['usage']) ?? asObject(asObject(chunk['x_groq'])?.['usage'])
}

/** Text, or a list of typed parts, among them thoughts. */
function readContent(content: unknown): { said: string; thought: string } {
  if (!Array.isArray(content)) return { said: asText(content), thought: '' }
  const read = { said: '', thought: '' }
  for (const part of content.map(asObject)) {
    if (part?.['type'] === 'thinking') read.thought += readContent(part['thinking']).said
    else read.said += asText(part?.['text'])
  }
  return read
}

/** Servers cut between the halves of a surrogate pair: the first half waits for the second, so that no delta holds half a character. */
function createCharacterJoiner(): { push(delta: string): string; end(): string } {
  let half = ''
  return {
    push(delta) {
      const joined = half + delta
      const last = joined.charCodeAt(joined.length - 1)
      half = last >= 0xd800 && last <= 0xdbff ? joined.slice(-1) : ''
      return cleanText(half === '' ? joined : joined.slice(0, -1))
    },
    end: () => cleanText(half),
  }
}
