import type { StreamPart } from '@ai-assistant/contract'
import type { FastifyReply } from 'fastify'
import type { ReaderHub } from '../../journal/reader-hub.ts'
import { HEARTBEAT_MS, HIGH_WATER_BYTES, watchProgress } from '../event-stream.ts'
import { HttpProblem, toProblem } from '../problem.ts'
import { type AnswerEnd, AnswerReader } from './answer-reader.ts'
import { type CompletionHead, finishReasonOf, toCallDeltas, toChunk, toCompletion } from './completion-shapes.ts'
import { toOpenAiError } from './to-openai-error.ts'

/** How long a stream waits for its first word before it opens: an answer that fails at once has a status of its own. */
const OPEN_AFTER_MS = 5000

export interface ProgramAnswer {
  reply: FastifyReply
  readers: Pick<ReaderHub, 'follow'>
  runId: string
  head: CompletionHead
  /** Null: the answer in one piece. */
  stream: { includeUsage: boolean } | null
  /** The program hung up, or was sent elsewhere, before the end. */
  onLeft: () => void
}

/** Answers a program with a run's text and end, in the shapes of OpenAI's Chat Completions. Rejects with what failed. */
export function answerProgram(answer: ProgramAnswer): Promise<void> {
  const { reply, readers, runId, onLeft } = answer
  const { raw } = reply
  const pen = answer.stream === null ? new WholePen(answer) : new StreamPen(answer)
  const reader = new AnswerReader()
  return new Promise((resolve, reject) => {
    let over = false
    const settle = (how: () => void): void => {
      if (over) return
      over = true
      pen.stop()
      how()
    }
    const fail = (problem: HttpProblem): void => {
      if (!pen.fail(problem)) reject(problem)
      else resolve()
    }
    if (raw.closed) return settle(() => (onLeft(), resolve()))
    const follower = readers.follow(runId, 0, {
      events: (events) => {
        let text = ''
        for (const { payload } of events) text += reader.take(JSON.parse(payload) as StreamPart)
        return over || text === '' || pen.write(text)
      },
      end: () =>
        settle(() => {
          const problem = problemOf(reader.end, reply)
          if (problem !== null) return fail(problem)
          if (reader.end !== null) pen.end(reader.end)
          resolve()
        }),
      move: () =>
        settle(() => {
          onLeft()
          fail(new HttpProblem('draining', 'This server stops; send the request again.'))
        }),
    })
    raw.on('drain', () => follower.resume())
    raw.on('close', () => {
      settle(() => (onLeft(), resolve()))
      follower.stop()
    })
  })
}

/** What keeps an answer from being told as whole. A client that sent it again would only hear the same. */
function problemOf(end: AnswerEnd | null, reply: FastifyReply): HttpProblem | null {
  if (end !== null && finishReasonOf(end) !== null) return null
  reply.header('x-should-retry', 'false')
  if (end === null) return new HttpProblem('not_found', 'This answer was deleted while it was written.')
  const { state, error } = end.metadata
  if (state === 'cancelled') return new HttpProblem('unprocessable', 'This answer was stopped by its person.')
  return new HttpProblem('upstream_failed', error ?? 'The answer broke off before its end was seen.')
}

interface Pen {
  /** False where the program is slow: nothing more until it has read. */
  write(text: string): boolean
  end(end: AnswerEnd): void
  /** False where nothing was written yet, so that the error can be the answer. */
  fail(problem: HttpProblem): boolean
  /** No timer goes on after this. */
  stop(): void
}

class WholePen implements Pen {
  readonly #answer: ProgramAnswer
  #text = ''

  constructor(answer: ProgramAnswer) {
    this.#answer = answer
  }

  write(text: string): boolean {
    this.#text += text
    return true
  }

  end(end: AnswerEnd): void {
    void this.#answer.reply.send(toCompletion(this.#answer.head, this.#text, end))
  }

  fail(): boolean {
    return false
  }

  stop(): void {}
}

class StreamPen implements Pen {
  readonly #answer: ProgramAnswer
  readonly #opening: NodeJS.Timeout
  #heartbeat: NodeJS.Timeout | undefined
  #opened = false

  constructor(answer: ProgramAnswer) {
    this.#answer = answer
    this.#opening = setTimeout(() => this.#open(), OPEN_AFTER_MS)
  }

  write(text: string): boolean {
    return this.#send(this.#chunk({ delta: { content: text } }))
  }

  end(end: AnswerEnd): void {
    if (end.calls.length > 0) this.#send(this.#chunk({ delta: { tool_calls: toCallDeltas(end.calls) } }))
    this.#send(this.#chunk({ delta: {}, finishReason: finishReasonOf(end) ?? 'stop' }))
    if (this.#answer.stream?.includeUsage) this.#send(toChunk(this.#answer.head, null, end.metadata.usage))
    this.#answer.reply.raw.end('data: [DONE]\n\n')
  }

  fail(problem: HttpProblem): boolean {
    if (!this.#opened) return false
    const { reply } = this.#answer
    reply.raw.end(`data: ${JSON.stringify(toOpenAiError(toProblem(problem, reply.request.id)))}\n\n`)
    return true
  }

  stop(): void {
    clearTimeout(this.#opening)
    clearInterval(this.#heartbeat)
  }

  #chunk(choice: { delta: object; finishReason?: string }): object {
    const { head, stream } = this.#answer
    return stream?.includeUsage ? toChunk(head, choice, null) : toChunk(head, choice)
  }

  #send(chunk: object): boolean {
    this.#open()
    const { raw } = this.#answer.reply
    return raw.write(`data: ${JSON.stringify(chunk)}\n\n`) || raw.writableLength < HIGH_WATER_BYTES
  }

  #open(): void {
    if (this.#opened) return
    this.#opened = true
    const { reply } = this.#answer
    const { raw } = reply
    reply.hijack()
    reply.request.headMs = reply.elapsedTime
    raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...streamHeaders })
    const isStuck = watchProgress(raw)
    this.#heartbeat = setInterval(() => {
      if (isStuck()) raw.destroy()
      else if (!raw.writableEnded) raw.write(': \n\n')
    }, HEARTBEAT_MS)
    this.#send(this.#chunk({ delta: { role: 'assistant', content: '', refusal: null } }))
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}
