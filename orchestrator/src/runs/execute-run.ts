import type { FinishMetadata, IncompleteReason, StreamPart } from '@ai-assistant/contract'
import { cleanText } from '../lib/clean-text.ts'
import { estimateTokens } from '../models/estimate-tokens.ts'
import { MAX_DEATHS, MAX_ROUNDS, MAX_SECONDS } from './bounds.ts'
import { type ModelOutcome, modelStep } from './model-step.ts'
import type { RunContext, RunDeps, StopReason } from './run-context.ts'
import { HANDED_OVER } from './run-options.ts'
import { hasCalls, shownText, unsettledCalls } from './run-state.ts'
import { addUsage, type ItemRow, type RunStep, type UsageRow } from './run-step.ts'
import { parseLoosely, requestCalls, settleLostCalls, toolStep } from './tool-step.ts'

/**
 * A message becomes an answer: rounds of model and tools until the model has nothing more to call. Yields what is to be
 * written, and goes on when it stands. The last step it yields is the run's end, unless the run is parked (it waits for a
 * person) or stopped by `fenced` or `drain` (another worker goes on). It saves nothing itself.
 */
export async function* executeRun(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep> {
  const deadline = deps.clock() + MAX_SECONDS * 1000
  yield* begin(context, deps)
  if (context.run.deaths >= MAX_DEATHS) {
    const error = `This answer stopped its server ${context.run.deaths} times and is not tried again.`
    return yield* end(context, deps, { state: 'failed', error })
  }
  for (;;) {
    if (yield* stopIfAsked(context, deps)) return
    if (unsettledCalls(context.progress).length > 0) {
      if ((yield* toolStep(context, deps)) === 'parked') return
      continue
    }
    if (context.progress.stepOpen && hasCalls(context.progress)) {
      yield { type: 'part', part: { type: 'finish-step' } }
    }
    if (context.progress.round > MAX_ROUNDS) return yield* end(context, deps, incomplete('rounds'))
    if (deps.clock() > deadline) return yield* end(context, deps, incomplete('seconds'))
    const outcome = yield* modelStep(context, deps)
    if (outcome.type === 'calls' && context.options?.tools) return yield* handOver(context, deps, outcome)
    if (outcome.type === 'calls') yield* commitCalls(context, deps, outcome)
    else if (outcome.type === 'stopped') yield* closeStopped(context, outcome)
    else return yield* end(context, deps, toEnd(outcome), outcome)
  }
}

async function* begin(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep> {
  const { run, progress } = context
  if (!progress.started) {
    yield {
      type: 'part',
      part: {
        type: 'start',
        messageId: run.messageId,
        messageMetadata: {
          runId: run.id,
          conversationId: run.conversationId,
          userMessageId: run.userMessageId,
          model: deps.model().view.id,
        },
      },
    }
  }
  if (!run.resumed) return
  const lost = lostAttempt(context, deps)
  yield {
    type: 'commit',
    parts: [{ type: 'data-takeover', data: { epoch: run.epoch } }],
    rows: { usage: lost },
  }
  deps.observe.takenOver(context.lostSince === null ? null : (deps.clock() - context.lostSince) / 1000)
  yield* settleLostCalls(context, deps)
}

/** A model call that died with its worker: one row, estimated, flagged, and not charged to the person. */
function lostAttempt(context: RunContext, deps: RunDeps): UsageRow[] {
  const { run, progress } = context
  if (!progress.stepOpen || hasCalls(progress)) return []
  const outputTokens = estimateTokens(shownText(progress))
  return [
    {
      item: `m${progress.round}`,
      attempt: run.epoch - 1,
      kind: 'model',
      name: deps.model().view.id,
      usage: { inputTokens: 0, outputTokens, cachedTokens: 0, reasoningTokens: 0, estimated: true },
      charged: false,
      durationMs: 0,
      contextBytes: 0,
      contextTokens: 0,
    },
  ]
}

/** True when the run is over for this worker. Only a person's cancel ends it; the other reasons leave it to another. */
async function* stopIfAsked(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep, boolean> {
  if (!context.signal.aborted) return false
  const reason = context.signal.reason as StopReason
  if (reason === 'cancel') yield* end(context, deps, { state: 'cancelled' })
  return true
}

async function* commitCalls(
  context: RunContext,
  deps: RunDeps,
  outcome: Extract<ModelOutcome, { type: 'calls' }>,
): AsyncGenerator<RunStep> {
  const { parts, items } = await requestCalls(outcome.calls, context, deps)
  for (const item of items) context.items.set(item.id, item)
  context.usage = addUsage(context.usage, outcome.usage.usage)
  yield {
    type: 'commit',
    parts: [...outcome.closing, ...parts],
    rows: { usage: [outcome.usage], items },
  }
}

/** A model call that was stopped in the middle is paid for when a person stopped it. The next look at the signal ends it. */
async function* closeStopped(
  context: RunContext,
  outcome: Extract<ModelOutcome, { type: 'stopped' }>,
): AsyncGenerator<RunStep> {
  const reason = context.signal.aborted ? (context.signal.reason as StopReason) : 'cancel'
  if (reason !== 'cancel') return
  context.usage = addUsage(context.usage, outcome.usage.usage)
  const note: StreamPart = { type: 'data-status', transient: true, data: { kind: 'thinking', text: 'Stopping' } }
  yield { type: 'commit', parts: [...outcome.closing, note], rows: { usage: [outcome.usage] } }
}

/** Calls of a program's own tools: it makes them itself, so the answer is complete with them. */
async function* handOver(
  context: RunContext,
  deps: RunDeps,
  outcome: Extract<ModelOutcome, { type: 'calls' }>,
): AsyncGenerator<RunStep> {
  const calls = outcome.calls.flatMap((call): StreamPart[] => {
    const toolCallId = `call_${deps.newId()}`
    const toolName = cleanText(call.name.slice(0, 200))
    return [
      { type: 'tool-input-available', toolCallId, toolName, input: parseLoosely(call.arguments), dynamic: true },
      { type: 'tool-output-available', toolCallId, output: HANDED_OVER, dynamic: true },
    ]
  })
  const closing = [...outcome.closing, ...calls]
  yield* end(context, deps, { state: 'complete' }, { ...outcome, closing }, 'tool-calls')
}

type End = Omit<FinishMetadata, 'usage'>

function incomplete(reason: IncompleteReason, error?: string): End {
  return { state: 'incomplete', reason, ...(error === undefined ? {} : { error }) }
}

function toEnd(outcome: Extract<ModelOutcome, { type: 'answered' | 'failed' }>): End {
  if (outcome.type === 'failed') {
    const { message } = outcome.failure
    return outcome.shown ? incomplete('upstream', message) : { state: 'failed', error: message }
  }
  if (outcome.reason === 'length') return incomplete('length')
  if (outcome.reason === 'content-filter')
    return incomplete('upstream', "The model's content filter stopped this answer.")
  return { state: 'complete' }
}

/** The run's last commit: the closing parts, `finish`, the last call's usage, the message and the run, all at once. */
async function* end(
  context: RunContext,
  deps: RunDeps,
  how: End,
  last?: Pick<ModelOutcome, 'usage' | 'closing'>,
  finishReason: FinishReason = toFinishReason(how),
): AsyncGenerator<RunStep> {
  if (last) context.usage = addUsage(context.usage, last.usage.usage)
  const metadata: FinishMetadata = { ...how, usage: context.usage }
  const { parts, items } = giveUpCalls(context)
  yield {
    type: 'commit',
    parts: [
      ...(last?.closing ?? []),
      ...parts,
      ...(context.progress.stepOpen ? [{ type: 'finish-step' as const }] : []),
      ...(how.state === 'failed' ? [{ type: 'error' as const, errorText: how.error ?? 'The answer failed.' }] : []),
      { type: 'finish', finishReason, messageMetadata: metadata },
    ],
    rows: { end: metadata, items, usage: last ? [last.usage] : [] },
  }
  tellEnd(context, deps, how)
  deps.observe.ended(how.state, how.reason ?? 'none', context.run.resumed || context.run.deaths > 0)
}

/** One line an answer, and the end of its span: what it came to, and not what it said. */
function tellEnd(context: RunContext, deps: RunDeps, how: End): void {
  const { run, usage, span } = context
  const reason = how.reason ?? null
  const tokens = { input: usage.inputTokens, output: usage.outputTokens }
  deps.log.info({ run: run.id, trace: run.trace?.traceId, state: how.state, reason, tokens }, 'An answer ended')
  span?.set({ 'ai_assistant.run.state': how.state, 'ai_assistant.run.reason': reason })
  if (how.state === 'failed') span?.fail('failed')
}

/** Calls without an outcome when the run ends: what was under way may have taken effect, the rest was never made. */
function giveUpCalls(context: RunContext): { parts: StreamPart[]; items: ItemRow[] } {
  const parts: StreamPart[] = []
  const items: ItemRow[] = []
  for (const call of unsettledCalls(context.progress)) {
    const item = context.items.get(call.toolCallId)
    const started = item?.state === 'started'
    const errorText = started
      ? 'Stopped while this tool was running: its outcome is unknown, it may have taken effect.'
      : 'Stopped before this tool was run.'
    parts.push({ type: 'tool-output-error', toolCallId: call.toolCallId, errorText, dynamic: true })
    if (item) items.push({ ...item, state: started ? 'unknown' : 'denied', content: errorText })
  }
  return { parts, items }
}

type FinishReason = Extract<StreamPart, { type: 'finish' }>['finishReason']

function toFinishReason(how: End): FinishReason {
  if (how.state === 'complete') return 'stop'
  if (how.state === 'failed') return 'error'
  return how.reason === 'length' ? 'length' : 'other'
}
