import type { StreamPart } from '@ai-assistant/contract'
import { traceHeader } from '../trace-header.ts'
import { backoff } from '../backoff.ts'
import { wait } from '../wait.ts'
import { createSeqFilter, type RunEvent, type RunListener, type RunOutcome } from './run-event.ts'
import { createSseParser, type SseEvent } from './sse.ts'

export interface FollowOptions extends RunListener {
  runId: string
  /** The last seq the caller has already. */
  after: number
  signal: AbortSignal
  /** The origin to read from; empty for the page's own. */
  origin?: string
}

/** The server sends a comment at least every 15 s; a stream silent for longer than this is dead, whatever the socket says. */
const SILENCE_MS = 40_000

/**
 * Reads a run's events to its end. A lost connection, a server that stops or a stream that falls silent is picked up after
 * the last seq read, for ever; what was read is not passed on twice. Never rejects.
 */
export async function followRun(options: FollowOptions): Promise<RunOutcome> {
  const filter = createSeqFilter(options.after)
  let failures = 0
  while (!options.signal.aborted) {
    const before = filter.last
    const end = await readOnce(options, filter)
    if (end === 'finished' || end === 'gone') return end
    if (options.signal.aborted) break
    failures = filter.last > before ? 0 : failures + 1
    // A server that hands over told us so: its successor is asked at once.
    if (end === 'moved' && failures <= 1) continue
    options.onConnection('lost')
    await wait(backoff(Math.max(0, failures - 1)), options.signal)
  }
  return 'aborted'
}

type ReadEnd = 'finished' | 'gone' | 'moved' | 'lost'

async function readOnce(options: FollowOptions, filter: ReturnType<typeof createSeqFilter>): Promise<ReadEnd> {
  const quiet = new AbortController()
  const signal = AbortSignal.any([options.signal, quiet.signal])
  let silence = setTimeout(() => quiet.abort(), SILENCE_MS)
  try {
    const url = `${options.origin ?? ''}/api/runs/${options.runId}/events?after=${filter.last}`
    const answer = await fetch(url, {
      headers: { accept: 'text/event-stream', ...traceHeader() },
      signal,
      cache: 'no-store',
    })
    // 204: the run is over and its events are pruned; the message itself tells the rest.
    if ([204, 401, 403, 404, 410].includes(answer.status)) return 'gone'
    if (!answer.ok || answer.body === null) return 'lost'
    options.onConnection('connected')
    const parse = createSseParser()
    const decoder = new TextDecoder()
    const reader = answer.body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'lost'
      clearTimeout(silence)
      silence = setTimeout(() => quiet.abort(), SILENCE_MS)
      const end = passOn(parse(decoder.decode(value, { stream: true })), options, filter)
      if (end !== null) return end
    }
  } catch {
    // Whatever broke the connection, the answer is the same: ask again after the last seq.
    return 'lost'
  } finally {
    clearTimeout(silence)
    quiet.abort()
  }
}

function passOn(raw: SseEvent[], options: FollowOptions, filter: ReturnType<typeof createSeqFilter>): ReadEnd | null {
  const events: RunEvent[] = []
  let end: ReadEnd | null = null
  for (const { id, data } of raw) {
    // `[DONE]` without a `finish` before it closes this stream, not the run: the caller asks again.
    if (data === '[DONE]') end ??= 'lost'
    else {
      const part = JSON.parse(data) as StreamPart
      const seq = id === null || id === '' ? null : Number(id)
      events.push({ seq, part })
      if (part.type === 'finish') end = 'finished'
      if (part.type === 'data-move') end ??= 'moved'
    }
  }
  const fresh = filter.take(events)
  if (fresh.length > 0) options.onEvents(fresh)
  return end
}
