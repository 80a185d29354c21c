import type { ServerResponse } from 'node:http'
import type { StreamPart } from '@ai-assistant/contract'
import type { FastifyReply } from 'fastify'
import type { RingEvent } from '../doorbell/doorbell.ts'
import type { EventSink, Follower } from '../journal/follower.ts'
import type { ReaderHub } from '../journal/reader-hub.ts'

/** Keeps proxies from closing a quiet stream, and finds readers that have gone. */
export const HEARTBEAT_MS = 15_000

/** A reader with this much unread is left alone until it has caught up; the journal keeps its place. */
export const HIGH_WATER_BYTES = 256 * 1024

/** Where in which run a reader begins. */
export interface Place {
  runId: string
  after: number
  /** The run begins in this very turn of the loop. */
  begins?: boolean
}

/**
 * Answers with a run's events after a place, then live to its end: the AI SDK's UI message stream over server-sent events.
 * Resolves when the answer is closed. The reader owns nothing: when it goes, the run goes on.
 */
export function streamRun(
  reply: FastifyReply,
  readers: Pick<ReaderHub, 'follow'>,
  place: Place,
  heartbeatMs = HEARTBEAT_MS,
): Promise<void> {
  reply.hijack()
  const { raw } = reply
  // The reader went while its answer was looked up: its 'close' is past and would be waited for in vain.
  if (raw.closed) return Promise.resolve()
  reply.request.headMs = reply.elapsedTime
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders })
  if (reply.request.method === 'HEAD') {
    raw.end()
    return Promise.resolve()
  }
  raw.flushHeaders()
  return new Promise((resolve) => {
    let follower: Follower | null = null
    const heartbeat = setInterval(() => {
      if (isStuck()) raw.destroy()
      else if (!raw.writableEnded) raw.write(': \n\n')
    }, heartbeatMs)
    const isStuck = watchProgress(raw)
    raw.on('close', () => {
      clearInterval(heartbeat)
      follower?.stop()
      resolve()
    })
    raw.on('drain', () => follower?.resume())
    const sink: EventSink = {
      events: (events) => raw.write(toFrames(events)) || raw.writableLength < HIGH_WATER_BYTES,
      end: () => {
        if (!raw.destroyed) raw.end(DONE)
      },
      move: (last) => {
        const part: StreamPart = { type: 'data-move', transient: true, data: { after: last } }
        if (!raw.destroyed) raw.end(`data: ${JSON.stringify(part)}\n\n`)
      },
    }
    follower = readers.follow(place.runId, place.after, sink, place.begins)
  })
}

/** Whether a reader has taken nothing since the last look, although much was waiting for it, or the last of it. */
export function watchProgress(raw: ServerResponse): () => boolean {
  let taken = -1
  return () => {
    const before = taken
    taken = (raw.socket?.bytesWritten ?? 0) - raw.writableLength
    return raw.writableLength >= (raw.writableEnded ? 1 : HIGH_WATER_BYTES) && taken <= before
  }
}

/** An answer that is over and wholly read. */
export function streamNothing(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders })
  reply.raw.end(DONE)
}

const DONE = 'data: [DONE]\n\n'

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-vercel-ai-ui-message-stream': 'v1',
}

function toFrames(events: readonly RingEvent[]): string {
  let frames = ''
  for (const event of events) frames += `id: ${event.seq}\ndata: ${event.payload}\n\n`
  return frames
}
