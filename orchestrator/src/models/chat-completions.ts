import { newId } from '../lib/new-id.ts'
import { sleep } from '../lib/sleep.ts'
import type { BreakerTicket } from './breaker.ts'
import { callOnce } from './chat-completions/call-once.ts'
import type { Call, CallOutcome } from './chat-completions/call-once.ts'
import { prepareModel } from './chat-completions/prepared-model.ts'
import type {
  ChatCompletionsDependencies,
  ChatCompletionsSettings,
  PreparedModel,
} from './chat-completions/prepared-model.ts'
import { toChatCompletion } from './chat-completions/to-chat-completion.ts'
import { nextPause, waitBeforeNext } from './chat-completions/wait-before-next.ts'
import type { Patience } from './chat-completions/wait-before-next.ts'
import type { ModelEvent, ModelFailure, ModelRequest } from './language-model.ts'
import type { UpstreamModel } from './model-view.ts'

/**
 * A model behind the Chat Completions API of OpenAI or of a server that speaks it. Retries, pauses, the breaker and what the upstream
 * has refused belong to this one model at this one origin; make it once and share it.
 */
export function createChatCompletionsModel(
  settings: ChatCompletionsSettings,
  dependencies: ChatCompletionsDependencies,
): UpstreamModel {
  const model = prepareModel(settings, dependencies)
  return {
    view: model.view,
    stream: (request, signal) => stream(model, request, signal),
    adjustments: () => [...model.adjustments],
    breakerState: () => model.breaker.state(),
  }
}

async function* stream(
  model: PreparedModel,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void> {
  const patience: Patience = { retries: 0, pauses: 0, rebuffs: 0, pausedMs: 0, concessions: 0, adjustmentsSent: 0 }
  model.budget.earn()
  while (!signal.aborted) {
    const pause = nextPause(model, patience)
    if (pause.kind === 'refused') return yield { type: 'error', failure: pause.failure }
    if (pause.kind === 'wait') {
      yield { type: 'retry', failure: pause.failure, inMs: pause.ms }
      await sleep(pause.ms, signal)
      continue
    }
    const ticket = model.breaker.enter()
    if (ticket === null) return yield { type: 'error', failure: breakerFailure(model) }
    patience.adjustmentsSent = model.adjustments.length
    const attempt = yield* attemptCall(model, request, signal, ticket)
    const { outcome } = attempt
    if (outcome.kind === 'aborted') return
    if (outcome.kind === 'complete') {
      yield { type: 'usage', usage: outcome.usage }
      return yield { type: 'end', reason: outcome.reason }
    }
    const waitMs = attempt.shown ? null : waitBeforeNext(model, outcome, request, patience)
    if (waitMs === null) {
      if (outcome.usage) yield { type: 'usage', usage: outcome.usage }
      return yield { type: 'error', failure: outcome.failed.failure }
    }
    if (waitMs > 0) {
      yield { type: 'retry', failure: outcome.failed.failure, inMs: waitMs }
      await sleep(waitMs, signal)
    }
  }
}

interface Attempt {
  outcome: CallOutcome
  /** Something of the answer has been handed on: it must not be asked for again. */
  shown: boolean
}

async function* attemptCall(
  model: PreparedModel,
  request: ModelRequest,
  signal: AbortSignal,
  ticket: BreakerTicket,
): AsyncGenerator<ModelEvent, Attempt> {
  let shown = false
  let verdict: 'success' | 'failure' | 'neutral' = 'neutral'
  const onAlive = (): void => {
    shown = true
    ticket.alive()
  }
  try {
    const outcome = yield* callOnce(toCall(model, request, signal, onAlive))
    verdict = verdictOf(outcome)
    return { outcome, shown }
  } finally {
    ticket.settle(verdict)
  }
}

function toCall(model: PreparedModel, request: ModelRequest, signal: AbortSignal, onAlive: () => void): Call {
  const { agent, clock, limits } = model.dependencies
  const { apiKey, id } = model.settings
  return {
    dispatcher: agent.dispatcher,
    http: {
      origin: model.url.origin,
      path: `${model.url.pathname}${model.url.search}`,
      headers: {
        ...request.headers,
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      },
      body: new TextEncoder().encode(JSON.stringify(toChatCompletion(id, request, model.parameters))),
    },
    request,
    upstream: model.upstream,
    limits,
    signal,
    now: () => clock.now(),
    newCallId: () => `call_${newId()}`,
    onAlive,
  }
}

/** A refusal shows that the upstream is well; only what hints at its ill health counts against it. */
function verdictOf(outcome: CallOutcome): 'success' | 'failure' | 'neutral' {
  if (outcome.kind === 'aborted') return 'neutral'
  if (outcome.kind === 'complete') return 'success'
  switch (outcome.failed.failure.kind) {
    case 'rate-limited':
    case 'breaker-open':
      return 'neutral'
    case 'refused':
    case 'too-long':
      return 'success'
    case 'unavailable':
    case 'stalled':
    case 'cut':
    case 'malformed':
      return 'failure'
  }
}

function breakerFailure(model: PreparedModel): ModelFailure {
  const seconds = Math.max(1, Math.ceil(model.breaker.opensInMs() / 1000))
  const message = `${model.url.host} has failed too often just now and is left alone. Try again in ${seconds} seconds.`
  return { kind: 'breaker-open', message }
}
