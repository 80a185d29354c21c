import type { StreamPart, ToolPart } from '@ai-assistant/contract'
import { failpoint } from '../lib/failpoint.ts'
import type { ResolvedCall, ToolOutcome } from '../tools/tool-set.ts'
import { MAX_PARALLEL_TOOLS } from './bounds.ts'
import type { RunContext, RunDeps, ToolCallOutcome } from './run-context.ts'
import type { RunStep } from './run-step.ts'
import { startToolSpan, traceHeaders } from './run-spans.ts'
import { serverOf, settleCall } from './settle-call.ts'

interface ReadyCall {
  call: ToolPart
  /** null: the tool has gone meanwhile. */
  resolved: ResolvedCall | null
}

type Message =
  | { type: 'progress'; part: StreamPart }
  | { type: 'settled'; id: string; outcome: ToolOutcome; durationMs: number }

/**
 * Runs calls side by side, a bounded number at a time, and yields each one's outcome as it comes. Stops without waiting
 * when the run is stopped: the calls' own signal tells the servers.
 */
export async function* runTools(
  context: RunContext,
  deps: RunDeps,
  ready: readonly ReadyCall[],
): AsyncGenerator<RunStep> {
  const inbox = new Inbox()
  const waiting = [...ready]
  let running = 0
  const startNext = (): void => {
    while (running < MAX_PARALLEL_TOOLS) {
      const next = waiting.shift()
      if (next === undefined) return
      running += 1
      void runOne(next, context, deps, inbox)
    }
  }
  startNext()
  context.signal.addEventListener('abort', inbox.wake, { once: true })
  while (running > 0) {
    const message = await inbox.next(context.signal)
    if (message === null) return
    if (message.type === 'progress') {
      yield { type: 'part', part: message.part }
      continue
    }
    running -= 1
    const item = context.items.get(message.id)
    if (item === undefined) continue
    const { durationMs } = message
    const step = settleCall(item, message.outcome, { attempt: context.run.epoch, durationMs })
    if (step.type === 'commit') for (const row of step.rows.items ?? []) context.items.set(row.id, row)
    yield step
    const seconds = message.durationMs / 1000
    deps.observe.toolCall(serverOf(item.tool), outcomeOf(message.outcome), seconds, message.outcome.bytes)
    startNext()
  }
}

/** Never rejects: `ToolSet.run` does not, and a tool that has gone is an outcome too. */
async function runOne(ready: ReadyCall, context: RunContext, deps: RunDeps, inbox: Inbox): Promise<void> {
  const began = deps.clock()
  const id = ready.call.toolCallId
  const item = context.items.get(id)
  const span = startToolSpan(context, deps, item, serverOf(ready.call.toolName))
  failpoint('tool.before-call')
  const outcome =
    ready.resolved === null
      ? goneOutcome(ready.call.toolName)
      : await deps.tools.run(ready.resolved, {
          signal: context.signal,
          meta: traceHeaders(span),
          onProgress: (progress) =>
            inbox.put({
              type: 'progress',
              part: { type: 'data-progress', transient: true, data: { toolCallId: id, ...progress } },
            }),
        })
  failpoint('tool.after-call')
  const result = outcomeOf(outcome)
  if (result !== 'done') span.fail(result)
  span.end()
  inbox.put({ type: 'settled', id, outcome, durationMs: Math.round(deps.clock() - began) })
}

function outcomeOf(outcome: ToolOutcome): ToolCallOutcome {
  if (outcome.unknown) return 'unknown'
  if (outcome.broken === true) return 'broken'
  return outcome.failed ? 'failed' : 'done'
}

function goneOutcome(tool: string): ToolOutcome {
  const content = `The tool ${tool} is not available any more.`
  return { failed: true, unknown: false, broken: true, content, output: content, bytes: content.length }
}

/** Messages of the running calls, in the order they came. */
class Inbox {
  readonly #messages: Message[] = []
  #waiter: (() => void) | null = null

  put(message: Message): void {
    this.#messages.push(message)
    this.wake()
  }

  readonly wake = (): void => {
    this.#waiter?.()
    this.#waiter = null
  }

  /** The next message, or null once the signal has aborted. */
  async next(signal: AbortSignal): Promise<Message | null> {
    for (;;) {
      if (signal.aborted) return null
      const message = this.#messages.shift()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => {
        this.#waiter = resolve
      })
    }
  }
}
