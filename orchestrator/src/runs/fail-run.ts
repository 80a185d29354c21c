import type { StreamPart } from '@ai-assistant/contract'
import type { RunWriter } from '../journal/run-writer.ts'
import type { Database } from '../storage/database.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { note } from './run-state.ts'
import { writeRows } from './write-rows.ts'

/**
 * The last resort for a run whose executor threw: ends it as failed, with what was written kept. Where even that cannot be
 * written, the run is given back, and counts as a death, so that it does not go round for ever.
 */
export async function failRun(options: {
  database: Database
  deps: RunDeps
  runId: string
  context: RunContext | undefined
  writer: RunWriter | undefined
}): Promise<void> {
  const { database, deps, runId, context, writer } = options
  try {
    if (context === undefined || writer === undefined) throw new Error('The run could not be loaded')
    const error = 'Something went wrong on our side, and this answer could not be finished.'
    const metadata = { state: 'failed', error, usage: context.usage } as const
    const parts: StreamPart[] = [
      { type: 'error', errorText: error },
      { type: 'finish', finishReason: 'error', messageMetadata: metadata },
    ]
    for (const part of parts) note(context.progress, part)
    await writer.commit(parts, (tx) => writeRows(tx, context, { end: metadata }, deps.newId))
    deps.observe.ended('failed')
  } catch (error) {
    deps.log.error({ err: error, run: runId }, 'A failed answer could not be ended; it is given back')
    await database
      .asSystem((tx) =>
        tx.sql(`update run set worker_id = null, deaths = deaths + 1 where id = $1 and state = 'running'`, [runId]),
      )
      .catch((failure: unknown) =>
        deps.log.error({ err: failure, run: runId }, 'A failed answer could not be given back'),
      )
  }
}
