import type { Journal } from '../journal/journal.ts'
import type { RunWriter } from '../journal/run-writer.ts'
import { AnswerPace } from './answer-pace.ts'
import { executeRun } from './execute-run.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { note } from './run-state.ts'
import { AnswerArrived, type RunStep } from './run-step.ts'
import { writeRows } from './write-rows.ts'

/** Runs an answer to its end, its parking or its hand-over, writing each step before the next is taken. */
export async function driveRun(context: RunContext, writer: RunWriter, deps: RunDeps): Promise<void> {
  const steps = executeRun(context, deps)
  try {
    let next = await steps.next()
    while (!next.done) {
      const refused = await write(next.value, context, writer, deps)
      next = refused === null ? await steps.next() : await steps.throw(refused)
    }
    await writer.flushed()
  } finally {
    // Where writing failed, the model's answer is still open: nobody reads it any more.
    await steps.return(undefined)
  }
}

/** Opens the pen for a run. Its progress must hold exactly what its journal holds up to `lastSeq`. */
export function openWriter(journal: Journal, context: RunContext, lastSeq: number, deps: RunDeps): RunWriter {
  const { clock, observe } = deps
  const pace = new AnswerPace({ clock, observe, receivedAt: context.receivedAt })
  context.pace = pace
  const { id: runId, epoch } = context.run
  return journal.open({ runId, epoch, lastSeq, onText: () => pace.shown() })
}

/** Writes one step; returns the one error that the executor itself deals with. */
async function write(
  step: RunStep,
  context: RunContext,
  writer: RunWriter,
  deps: RunDeps,
): Promise<AnswerArrived | null> {
  if (step.type === 'part') {
    if ('delta' in step.part) context.pace?.arrived()
    note(context.progress, step.part)
    writer.append(step.part)
    await writer.ready()
    return null
  }
  const { parts, rows } = step
  if (!rows.park) for (const part of parts) note(context.progress, part)
  try {
    await writer.commit(parts, (tx) => writeRows(tx, context, rows, deps))
    context.pace?.settled()
    return null
  } catch (error) {
    if (error instanceof AnswerArrived) return error
    throw error
  }
}
