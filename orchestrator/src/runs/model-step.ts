import type { StreamPart, Usage } from '@ai-assistant/contract'
import type { Span } from '@ai-assistant/telemetry/tracer'
import { cleanText } from '../lib/clean-text.ts'
import type { LanguageModel, ModelEvent, ModelFailure, ModelToolCall } from '../models/language-model.ts'
import { TokenCount } from '../models/estimate-tokens.ts'
import { outlast } from './outlast.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { currentStep, openPartId, type RunProgress, shownText } from './run-state.ts'
import { endModelSpan, startModelSpan, traceHeaders } from './run-spans.ts'
import type { RunStep, UsageRow } from './run-step.ts'

/** How a model call ended. Its usage is written with whatever is committed next. */
export type ModelOutcome = { usage: UsageRow; closing: StreamPart[] } & (
  | { type: 'answered'; reason: 'stop' | 'length' | 'content-filter' }
  | { type: 'calls'; calls: ModelToolCall[] }
  | { type: 'failed'; failure: ModelFailure; shown: boolean }
  | { type: 'stopped' }
)

/**
 * One model call: begins or goes on with a step, and streams reasoning and text as parts. Text that the step has shown
 * already, before a takeover, is given to the model as the prefix to go on from, and never changes.
 */
export async function* modelStep(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep, ModelOutcome> {
  const { progress } = context
  const model = deps.model()
  if (!progress.stepOpen) yield { type: 'part', part: { type: 'start-step' } }
  const { request, budget } = await outlast(() => deps.prompt(context, model), context.signal)
  if (progress.round === 1 && !tellsBudget(progress))
    yield { type: 'part', part: { type: 'data-budget', data: budget } }
  const prefix = shownText(progress)
  context.pace?.calling(model.view.id)
  const span = startModelSpan(context, deps, model.view)
  const call = new ModelCall(context, deps, model, span)
  context.lastCall = () => call.usageRow(budget.promptTokens)
  const headers = traceHeaders(span)
  try {
    const stream = model.stream({ ...request, headers, ...(prefix === '' ? {} : { prefix }) }, context.signal)
    for await (const event of stream) {
      for (const part of call.toParts(event)) yield { type: 'part', part }
      if (call.ended) break
    }
    return call.outcome(budget.promptTokens)
  } finally {
    // Where the answer could not be written, nobody came for the outcome.
    span.end()
  }
}

/** After a takeover the step tells it already. */
function tellsBudget(progress: RunProgress): boolean {
  return currentStep(progress).some((part) => part.type === 'data-budget')
}

/** Turns a model's events into stream parts and remembers what the call came to. */
class ModelCall {
  ended = false
  readonly #context: RunContext
  readonly #deps: RunDeps
  readonly #model: LanguageModel
  readonly #span: Span
  readonly #began: number
  readonly #item: string
  #lastTokenAt: number | null = null
  /** Thoughts, words and what tools are called with. */
  readonly #written = new TokenCount()
  #shown: boolean
  /** The first text of this call goes on with text the step has shown before. */
  #continues: boolean
  #calls: ModelToolCall[] = []
  #usage: Usage | null = null
  #end: Extract<ModelEvent, { type: 'end' | 'error' }> | null = null

  constructor(context: RunContext, deps: RunDeps, model: LanguageModel, span: Span) {
    this.#context = context
    this.#deps = deps
    this.#model = model
    this.#span = span
    this.#began = deps.clock()
    this.#item = `m${context.progress.round}`
    this.#shown = shownText(context.progress) !== ''
    this.#continues = this.#shown
  }

  toParts(event: ModelEvent): StreamPart[] {
    switch (event.type) {
      case 'reasoning-delta':
        return this.#toDelta('reasoning', cleanText(event.text))
      case 'text-delta':
        this.#shown = true
        return this.#toDelta('text', cleanText(event.text))
      case 'tool-call-start':
        return [status('thinking', `Preparing a call of ${event.name}`)]
      case 'tool-call-end':
        this.#calls.push(event.call)
        this.#written.add(event.call.arguments)
        return []
      case 'retry':
        this.#deps.observe.modelRetry(this.#model.view.id, event.failure.kind)
        this.#span.event('retry', { 'error.type': event.failure.kind })
        return [{ ...status('retrying', event.failure.message, event.inMs) }]
      case 'usage':
        this.#usage = event.usage
        return []
      case 'end':
      case 'error':
        this.#end = event
        this.ended = true
        return []
    }
  }

  outcome(promptTokens: number): ModelOutcome {
    const usage = this.usageRow(promptTokens)
    const closing = this.#closingParts()
    this.#deps.observe.modelCall(
      this.#model.view.id,
      this.#end?.type === 'end' ? 'ok' : this.#failureKind(),
      usage.usage,
      usage.durationMs / 1000,
    )
    this.#endSpan(usage)
    if (this.#end === null) return { type: 'stopped', usage, closing }
    if (this.#end.type === 'error') {
      return { type: 'failed', failure: this.#end.failure, shown: this.#shown, usage, closing }
    }
    if (this.#calls.length > 0) return { type: 'calls', calls: this.#calls, usage, closing }
    const reason = this.#end.reason === 'tool-calls' ? 'stop' : this.#end.reason
    return { type: 'answered', reason, usage, closing }
  }

  /** What the call has cost so far. */
  usageRow(promptTokens: number): UsageRow {
    const { run } = this.#context
    const estimated = (): Usage => ({
      inputTokens: promptTokens,
      outputTokens: this.#written.tokens,
      cachedTokens: 0,
      reasoningTokens: 0,
      estimated: true,
    })
    return {
      item: this.#item,
      attempt: run.epoch,
      kind: 'model',
      name: this.#model.view.id,
      usage: this.#usage ?? (this.#failedBeforeAnswering() ? noTokens() : estimated()),
      charged: true,
      durationMs: Math.round(this.#deps.clock() - this.#began),
      contextBytes: 0,
      contextTokens: promptTokens,
    }
  }

  #toDelta(kind: 'text' | 'reasoning', delta: string): StreamPart[] {
    if (delta === '') return []
    this.#measure()
    this.#written.add(delta)
    const open = openPartId(this.#context.progress, kind)
    if (open !== null) return [{ type: `${kind}-delta`, id: open, delta }]
    const id = `${kind === 'text' ? 't' : 'r'}${this.#context.progress.nextPartId}`
    const start: StreamPart =
      kind === 'text' && this.#continues ? { type: 'text-start', id, continues: true } : { type: `${kind}-start`, id }
    if (kind === 'text') this.#continues = false
    return [...this.#closingParts(), start, { type: `${kind}-delta`, id, delta }]
  }

  #closingParts(): StreamPart[] {
    const { progress } = this.#context
    const text = openPartId(progress, 'text')
    const reasoning = openPartId(progress, 'reasoning')
    return [
      ...(reasoning === null ? [] : [{ type: 'reasoning-end' as const, id: reasoning }]),
      ...(text === null ? [] : [{ type: 'text-end' as const, id: text }]),
    ]
  }

  #measure(): void {
    const now = this.#deps.clock()
    const since = (now - (this.#lastTokenAt ?? this.#began)) / 1000
    const { observe } = this.#deps
    if (this.#lastTokenAt === null) {
      observe.firstToken(this.#model.view.id, since)
      this.#span.event('first_token')
    } else observe.stall(this.#model.view.id, since)
    this.#lastTokenAt = now
  }

  #endSpan(row: UsageRow): void {
    const end = this.#end
    const finish = end === null ? 'stopped' : end.type === 'end' ? end.reason : 'error'
    endModelSpan(this.#span, { finish, failure: end?.type === 'error' ? end.failure.kind : null, row })
  }

  #failedBeforeAnswering(): boolean {
    return this.#end?.type === 'error' && this.#written.tokens === 0
  }

  #failureKind(): string {
    return this.#end?.type === 'error' ? this.#end.failure.kind : 'stopped'
  }
}

function noTokens(): Usage {
  return { inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0, estimated: true }
}

export function status(kind: 'retrying' | 'thinking' | 'waiting', text: string, retryInMs?: number): StreamPart {
  return {
    type: 'data-status',
    transient: true,
    data: { kind, text, ...(retryInMs === undefined ? {} : { retryInMs }) },
  }
}
