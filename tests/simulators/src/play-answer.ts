import type { ServerResponse } from 'node:http'
import { setTimeout as sleep, setImmediate as nextTurn } from 'node:timers/promises'
import type { AnswerEvents } from './answer-events.ts'
import type { LedgerEntry } from './model-ledger.ts'
import type { Behaviour, FaultOption } from './parse-model-name.ts'
import { encodeEvent, garbage } from './sse-dialect.ts'

export interface Play {
  response: ServerResponse
  behaviour: Behaviour
  events: AnswerEvents
  entry: LedgerEntry
  /** The fault of this very request, if its turn has come. */
  fault: { name: FaultOption; after: number } | null
}

/** Sends a streamed answer at the pace and with the faults of the model's name. Returns how it ended, for the ledger. */
export async function playAnswer(play: Play): Promise<string> {
  const { response, behaviour, events, entry, fault } = play
  const { ttft, itl, burst } = behaviour.numbers
  response.socket?.setNoDelay(true)
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': entry.id,
  })
  response.flushHeaders()
  if (behaviour.words.bad === 'html') return breakOff(play, 'html')
  const [first, ...tokens] = events.body
  if (first) await put(play, encodeEvent(first, behaviour))
  await sleep(ttft)
  const middle = tokens.length >> 1
  for (let at = 0; at < tokens.length; at += burst) {
    if (fault && at >= fault.after) return breakOff(play, fault.name)
    if (gone(play)) return 'aborted'
    const due = tokens.slice(at, at + burst)
    entry.firstTokenAt ??= Date.now()
    entry.completionTokens += due.length
    const bad = at <= middle && middle < at + burst ? garbage(behaviour) : null
    await put(play, (bad ?? '') + due.map((event) => encodeEvent(event, behaviour)).join(''))
    if (itl > 0) await sleep(itl)
  }
  if (fault) return breakOff(play, fault.name)
  // Known before the caller can know: tests look into the ledger as soon as they have the last event.
  entry.outcome = 'complete'
  entry.completionTokens = events.tokens
  await put(play, events.tail.map((event) => encodeEvent(event, behaviour)).join(''))
  if (behaviour.flags.has('hang')) return untilGone(response)
  response.end()
  return 'complete'
}

function gone({ response, behaviour, entry }: Play): boolean {
  if (!response.destroyed) return false
  entry.aborted = true
  return !behaviour.flags.has('ignorecancel')
}

async function put({ response, behaviour }: Play, text: string): Promise<void> {
  if (response.destroyed) return
  const bytes = Buffer.from(text)
  const size = behaviour.numbers.bytes || bytes.length
  for (let at = 0; at < bytes.length; at += size) {
    if (response.destroyed) return
    // A turn of the loop after each piece, so that pieces leave as packets of their own.
    if (!response.write(bytes.subarray(at, at + size))) await drained(response)
    if (behaviour.numbers.bytes > 0) await nextTurn()
  }
  if (behaviour.numbers.itl === 0) await nextTurn()
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.once('drain', done).once('close', done)
  })
}

async function untilGone(response: ServerResponse): Promise<string> {
  if (!response.destroyed) await new Promise<void>((resolve) => response.once('close', () => resolve()))
  return 'hung'
}

async function breakOff(play: Play, how: FaultOption | 'html'): Promise<string> {
  const { response, behaviour } = play
  switch (how) {
    case 'stall':
    case 'nohead':
      await untilGone(response)
      play.entry.aborted = true
      return 'stall'
    case 'rst':
      response.socket?.resetAndDestroy()
      return how
    case 'eof':
      response.end()
      return how
    case 'cutchar':
      await put(play, 'data: {"choices":[{"index":0,"delta":{"content":"caf')
      response.write(Buffer.from('é').subarray(0, 1), () => response.socket?.resetAndDestroy())
      return how
    case 'cutjson':
      response.end('data: {"choices":[{"index":0,"delta":{"content":"never en')
      return how
    case 'error':
      response.end(
        encodeEvent(
          {
            error: {
              message: 'The server had an error while processing your request.',
              type: 'server_error',
              param: null,
              code: null,
            },
          },
          behaviour,
          'error',
        ),
      )
      return how
    case 'html':
      response.end(garbage(behaviour))
      return how
  }
}
