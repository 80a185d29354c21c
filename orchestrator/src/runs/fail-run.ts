import type { StreamPart } from '@ai-assistant/contract'
import type { TraceContext } from '@ai-assistant/telemetry/trace-context'
import { RunFenced, type RunWriter } from '../journal/run-writer.ts'
import type { Database } from '../storage/database.ts'
import { MAX_DEATHS } from './bounds.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { note } from './run-state.ts'
import { noUsage } from './run-step.ts'
import { writeRows } from './write-rows.ts'

/** A run as whoever launches it knows it, before it is loaded. */
export interface LaunchedRun {
  id: string
  epoch: number
  deaths: number
  trace: TraceContext | null
}

/**
 * The last resort for a run whose executor threw: ends it as failed, with what was written kept. Where even that cannot be
 * written, the run is given back, and counts as a death; after too many of them it is ended without what it had written,
 * so that it does not go round for ever. Never rejects.
 */
export async function failRun(options: {
  database: Database
  deps: RunDeps
  run: LaunchedRun
  context: RunContext | undefined
  writer: RunWriter | undefined
}): Promise<void> {
  const { database, deps, run, context, writer } = options
  try {
    if (context === undefined || writer === undefined) throw new Error('The run could not be loaded')
    await endAsFailed(context, writer, deps)
    return
  } catch (error) {
    if (error instanceof RunFenced) return
    deps.log.error({ err: error, run: run.id }, 'A failed answer could not be ended')
  }
  try {
    if (run.deaths + 1 < MAX_DEATHS) await giveBack(database, run)
    else await abandon(database, run)
  } catch (error) {
    deps.log.error({ err: error, run: run.id }, 'A failed answer could not be given back; it is found again')
  }
}

async function endAsFailed(context: RunContext, writer: RunWriter, deps: RunDeps): Promise<void> {
  const error = 'Something went wrong on our side, and this answer could not be finished.'
  const metadata = { state: 'failed', error, usage: context.usage } as const
  const parts = failure(error, metadata)
  for (const part of parts) note(context.progress, part)
  await writer.commit(parts, (tx) => writeRows(tx, context, { end: metadata }, deps))
  deps.observe.ended('failed', 'none', context.run.resumed || context.run.deaths > 0)
}

function failure(
  errorText: string,
  messageMetadata: Extract<StreamPart, { type: 'finish' }>['messageMetadata'],
): StreamPart[] {
  return [
    { type: 'error', errorText },
    { type: 'finish', finishReason: 'error', messageMetadata },
  ]
}

/** Only while it is ours: a worker that has taken it over meanwhile keeps it. */
async function giveBack(database: Database, run: LaunchedRun): Promise<void> {
  await database.asSystem((tx) =>
    tx.sql(`update run set worker_id = null, deaths = deaths + 1 where id = $1 and epoch = $2 and state = 'running'`, [
      run.id,
      run.epoch,
    ]),
  )
}

/** Ends a run by its rows alone. Its message keeps the parts it had before the run. */
async function abandon(database: Database, run: LaunchedRun): Promise<void> {
  const error = 'Something went wrong on our side, and this answer could not be read back.'
  const events = failure(error, { state: 'failed', error, usage: noUsage }).map((part) => JSON.stringify(part))
  await database.asSystem(async (tx) => {
    const held = await tx.sql<{ message_id: string }>(
      `update run set state = 'failed', worker_id = null, ended_at = now()
       where id = $1 and epoch = $2 and state = 'running' returning message_id`,
      [run.id, run.epoch],
    )
    if (held.length === 0) return
    await tx.sql(`update message set state = 'failed', reason = null, error = $2, run_id = null where id = $1`, [
      held[0]?.message_id,
      error,
    ])
    // A statement of its own, after the run's row is held: no append can come in between.
    await tx.sql(
      `insert into run_event (run_id, seq, epoch, payload)
       select $1::uuid, (select coalesce(max(seq), 0) from run_event where run_id = $1) + n, $2::int, payload
       from unnest($3::text[]) with ordinality e(payload, n)`,
      [run.id, run.epoch, events],
    )
  })
}
