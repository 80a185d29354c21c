import { setTimeout as sleep } from 'node:timers/promises'
import {
  type FinishMetadata,
  foldPart,
  type MessagePart,
  startFold,
  type StreamPart,
  streamPartSchema,
} from '@ai-assistant/contract'
import type { ApiClient } from './api-client.ts'

/** One event of an answer's stream; `seq` is null for those that are in no log. */
export interface AnswerEvent {
  seq: number | null
  part: StreamPart
}

/** An answer as a reader saw it. */
export interface ReadAnswer {
  events: AnswerEvent[]
  parts: MessagePart[]
  text: string
  finish: FinishMetadata
  /** How often the reader had to connect again. */
  reconnects: number
}

interface ReadOptions {
  after?: number
  signal?: AbortSignal
  /** Called with each event as it comes. */
  onEvent?: (event: AnswerEvent) => void
}

const readSeconds = 90

/**
 * Reads an answer to its end as a page would, connecting again after the last number seen whenever the stream breaks.
 * Fails on a gap, on a repeat within one connection, and on an answer that ends without `finish`.
 */
export async function readAnswer(client: ApiClient, runId: string, options: ReadOptions = {}): Promise<ReadAnswer> {
  const events: AnswerEvent[] = []
  let last = options.after ?? 0
  let reconnects = -1
  const deadline = performance.now() + readSeconds * 1000
  while (events.at(-1)?.part.type !== 'finish') {
    if (performance.now() > deadline) throw new Error(`no end of the answer after ${readSeconds} s, at event ${last}`)
    reconnects += 1
    if (reconnects > 0) await sleep(100)
    const stream = streamEvents(client, `/api/runs/${runId}/events?after=${last}`, options.signal)
    last = await readUntilBreak(stream, last, (event) => {
      events.push(event)
      options.onEvent?.(event)
    })
    options.signal?.throwIfAborted()
  }
  const finish = events.at(-1)?.part
  if (finish?.type !== 'finish') throw new Error('unreachable')
  const folded = startFold([])
  for (const { part } of events) foldPart(folded, part)
  return { events, parts: folded.parts, text: textOf(folded.parts), finish: finish.messageMetadata, reconnects }
}

/** The text parts of a message, one after the other. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Passes on what comes; returns the last number seen when the stream ends or breaks. */
async function readUntilBreak(
  stream: AsyncIterable<AnswerEvent>,
  after: number,
  onEvent: (event: AnswerEvent) => void,
): Promise<number> {
  let last = after
  const iterator = stream[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => {
      // The server went, or is not back yet: what the caller's next connection is for. All else is a fault.
      if (error instanceof TypeError || isUnavailable(error)) return null
      throw error
    })
    if (next === null || next.done === true) return last
    const { seq } = next.value
    if (seq !== null && seq !== last + 1) throw new Error(`event ${seq} came after event ${last}`)
    last = seq ?? last
    onEvent(next.value)
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'status' in error && [502, 503].includes(Number(error.status))
}

/** The events of one connection, until it closes. Rejects with a `TypeError` where it breaks. */
export async function* streamEvents(
  client: ApiClient,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const headers = { cookie: client.cookie, accept: 'text/event-stream' }
  const answer = await fetch(client.base + path, { headers, ...(signal === undefined ? {} : { signal }) })
  if (!answer.ok || answer.body === null) {
    throw Object.assign(new Error(`${path} answered ${answer.status}: ${await answer.text()}`), {
      status: answer.status,
    })
  }
  let rest = ''
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = readBlock(block)
      if (event !== null) yield event
    }
  }
}

/** One event of the stream; null for comments (heartbeats) and for the closing `[DONE]`. */
function readBlock(block: string): AnswerEvent | null {
  const lines = block.split('\n')
  const field = (name: string) =>
    lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []))
  const data = field('data').join('\n')
  if (data === '' || data === '[DONE]') return null
  const id = field('id')[0]
  return { seq: id === undefined ? null : Number(id), part: streamPartSchema.parse(JSON.parse(data)) }
}
