import type { ModelFailure, ModelRequest } from '../language-model.ts'
import { longestPauseMs, mostPauses, mostRetries, pauseDelayMs, retryDelayMs } from '../retry-delay.ts'
import type { CallFailure, UpstreamError } from './call-failure.ts'
import type { CallOutcome } from './call-once.ts'
import { giveUpRefused } from './parameters.ts'
import type { PreparedModel } from './prepared-model.ts'

/** Concessions made in one call; an upstream that wants more is refused instead. */
const mostConcessions = 6

/** What one `stream` call has used of its patience. */
export interface Patience {
  retries: number
  /** Waited for; those that were over before anybody waited are not among them. */
  pauses: number
  /** How often this call was told to pause. */
  rebuffs: number
  pausedMs: number
  concessions: number
  /** How many adjustments the model knew when the last request left. */
  adjustmentsSent: number
}

export type Pause =
  | { kind: 'none' }
  | { kind: 'wait'; ms: number; failure: ModelFailure }
  | { kind: 'refused'; failure: ModelFailure }

/** While the upstream wants to be left alone, every call of this model waits, within its own patience. */
export function nextPause(model: PreparedModel, patience: Patience): Pause {
  const { clock, random } = model.dependencies
  const { until, failure } = model.pause
  const left = until - clock.now()
  if (left <= 0 || failure === null) return { kind: 'none' }
  // Those who wait together do not come back together; a timer may wake a millisecond early.
  const ms = left + 1 + Math.round(random() * Math.min(1000, left / 4))
  if (patience.pauses >= mostPauses || patience.pausedMs + left > longestPauseMs) return { kind: 'refused', failure }
  patience.pauses += 1
  patience.pausedMs += ms
  return { kind: 'wait', ms, failure }
}

/** Milliseconds until the call is made again; null where it is not. */
export function waitBeforeNext(
  model: PreparedModel,
  outcome: Extract<CallOutcome, { kind: 'failed' }>,
  request: ModelRequest,
  patience: Patience,
): number | null {
  const { failed, refusal } = outcome
  if (refusal !== null && concede(model, refusal, request, patience)) return 0
  switch (failed.again) {
    case 'never':
      return null
    case 'pause':
      return startPause(model, failed, patience) ? 0 : null
    case 'retry':
      return retryWait(model, failed, patience)
  }
}

function concede(model: PreparedModel, refusal: UpstreamError, request: ModelRequest, patience: Patience): boolean {
  if (patience.concessions >= mostConcessions) return false
  patience.concessions += 1
  // Another call has met the same refusal while this one was on its way.
  if (model.adjustments.length > patience.adjustmentsSent) return true
  const sentence = giveUpRefused(model.parameters, refusal, request)
  if (sentence === null) return false
  model.adjustments.push(sentence)
  model.dependencies.log.info(
    { model: model.settings.id, host: model.url.host, adjustment: sentence },
    'model request adjusted',
  )
  return true
}

/** False where the upstream asks for more patience than a person has. */
function startPause(model: PreparedModel, failed: CallFailure, patience: Patience): boolean {
  const { clock, log, random } = model.dependencies
  patience.rebuffs += 1
  const askedMs = failed.waitMs ?? pauseDelayMs(patience.pauses, random)
  const until = clock.now() + Math.min(askedMs, longestPauseMs)
  if (until > model.pause.until) model.pause = { until, failure: failed.failure }
  log.info({ model: model.settings.id, host: model.url.host, pauseMs: askedMs }, 'model calls pause')
  return askedMs <= longestPauseMs && patience.pauses < mostPauses && patience.rebuffs <= mostPauses
}

function retryWait(model: PreparedModel, failed: CallFailure, patience: Patience): number | null {
  const { log, random } = model.dependencies
  if (patience.retries >= mostRetries || (failed.waitMs ?? 0) > longestPauseMs || !model.budget.spend()) return null
  const ms = Math.max(1, retryDelayMs(patience.retries, random), failed.waitMs ?? 0)
  patience.retries += 1
  const { kind, status } = failed.failure
  log.warn(
    { model: model.settings.id, host: model.url.host, kind, status, retry: patience.retries, inMs: ms },
    'model call failed',
  )
  return ms
}
