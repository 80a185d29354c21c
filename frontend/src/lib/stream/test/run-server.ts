import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StreamPart } from '@ai-assistant/contract'

const start: StreamPart = {
  type: 'start',
  messageId: 'm',
  messageMetadata: { runId: 'r', conversationId: 'c', userMessageId: null, model: 'model' },
}
const finish: StreamPart = {
  type: 'finish',
  finishReason: 'stop',
  messageMetadata: {
    state: 'complete',
    usage: { inputTokens: 1, outputTokens: 2, cachedTokens: 0, reasoningTokens: 0, estimated: false },
  },
}

/** A whole answer: its words as deltas of one text. Event n has seq n + 1. */
export function answerOf(words: readonly string[]): StreamPart[] {
  return [
    start,
    { type: 'text-start', id: 't' },
    ...words.map((delta): StreamPart => ({ type: 'text-delta', id: 't', delta })),
    { type: 'text-end', id: 't' },
    finish,
  ]
}

export function frame(part: StreamPart, seq?: number): string {
  return `${seq === undefined ? '' : `id: ${seq}\n`}data: ${JSON.stringify(part)}\n\n`
}

export type Play = (reply: { after: number; request: number; response: ServerResponse }) => void | Promise<void>

/** A server of run events on loopback that plays what each request, counted from 1, is to get. */
export async function startRunServer(play: Play) {
  const asked: number[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const after = Number(new URL(request.url ?? '/', 'http://host').searchParams.get('after'))
    asked.push(after)
    void play({ after, request: asked.length, response })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
