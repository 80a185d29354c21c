import type { Usage } from '@ai-assistant/contract'
import type { Journal } from '../journal/journal.ts'
import type { TakenRun } from '../journal/take-over.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { openContext, type RunContext } from './run-context.ts'
import type { RunOptions } from './run-options.ts'
import { note, startProgress } from './run-state.ts'
import type { ItemRow } from './run-step.ts'

/**
 * Rebuilds a run from what is committed: the message as it stood before the run, the run's journal, its tool calls, and
 * what it has cost. Null where the run or its conversation is gone meanwhile.
 */
export async function loadRun(
  database: Database,
  journal: Journal,
  taken: TakenRun,
  { signal, resumed, lostSince }: { signal: AbortSignal; resumed: boolean; lostSince: number | null },
): Promise<{ context: RunContext; lastSeq: number } | null> {
  const { parts, lastSeq } = await journal.read(taken.id)
  const rows = await database.asSystem(async (tx) => ({
    message: await tx.first(queries.selectFrom('message').select(['parts', 'usage']).where('id', '=', taken.messageId)),
    run: await tx.first(queries.selectFrom('run').select('options').where('id', '=', taken.id)),
    items: await readItems(tx, taken.id),
    usage: await readUsage(tx, taken.messageId),
  }))
  if (rows.message === undefined) return null
  const progress = startProgress(rows.message.parts)
  for (const part of parts) note(progress, part)
  const run = { ...taken, resumed: resumed && progress.started }
  const options = (rows.run?.options ?? null) as RunOptions | null
  const { items, usage } = rows
  const known = { run, options, progress, items, usage, signal, receivedAt: null, lostSince, firstPage: null }
  return { context: openContext(known), lastSeq }
}

/** The tool calls of a run, by id. */
export async function readItems(tx: Tx, runId: string): Promise<Map<string, ItemRow>> {
  const rows = await tx.all(
    queries
      .selectFrom('run_item')
      .select(['item_id', 'tool', 'title', 'input', 'state', 'approval_id', 'definition', 'content'])
      .where('run_id', '=', runId),
  )
  return new Map(
    rows.map((row) => [
      row.item_id,
      {
        id: row.item_id,
        tool: row.tool,
        title: row.title,
        input: row.input,
        state: row.state,
        approvalId: row.approval_id,
        definition: row.definition,
        content: row.content,
      },
    ]),
  )
}

/** What the message has cost over all runs that wrote it. */
async function readUsage(tx: Tx, messageId: string): Promise<Usage> {
  const rows = await tx.sql<Usage>(
    `select coalesce(sum(input_tokens), 0)::int as "inputTokens", coalesce(sum(output_tokens), 0)::int as "outputTokens",
       coalesce(sum(cached_tokens), 0)::int as "cachedTokens",
       coalesce(sum(reasoning_tokens), 0)::int as "reasoningTokens", coalesce(bool_or(estimated), false) as estimated
     from usage_entry where charged and run_id = any(select id from run where message_id = $1)`,
    [messageId],
  )
  return rows[0] ?? { inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0, estimated: false }
}
