import { openContext, type RunContext, type RunIdentity } from './run-context.ts'
import { startProgress } from './run-state.ts'
import type { StartRequest } from './start-request.ts'
import type { StartedRun } from './start-run.ts'

/** What a run that begins now goes on from: what its question was accepted with. */
export function startContext(
  request: StartRequest,
  started: StartedRun,
  run: RunIdentity,
  signal: AbortSignal,
): RunContext {
  const { stored, usage, firstPage } = started
  return openContext({
    run,
    options: request.program?.options ?? null,
    progress: startProgress(stored),
    items: new Map(),
    usage,
    signal,
    receivedAt: request.receivedAt ?? null,
    lostSince: null,
    firstPage,
  })
}
