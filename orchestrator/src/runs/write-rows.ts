import type { FinishMetadata, MessagePart } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { cleanJson, cleanText } from '../lib/clean-text.ts'
import { failpoint } from '../lib/failpoint.ts'
import type { Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import { APPROVAL_MINUTES } from './bounds.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { wordsOf } from './run-state.ts'
import { AnswerArrived, type ItemRow, type RunRows, type UsageRow } from './run-step.ts'

/** What the ledger's rows are made with. */
type LedgerDeps = Pick<RunDeps, 'newId' | 'price'>

/** Writes the rows of one step, inside the transaction that holds the run. They leave with its commit. */
export async function writeRows(tx: Tx, context: RunContext, rows: RunRows, deps: LedgerDeps): Promise<void> {
  for (const item of rows.items ?? []) writeItem(tx, context, item)
  for (const usage of rows.usage ?? []) writeUsage(tx, context, usage, deps)
  if (rows.park) await parkRun(tx, context)
  if (rows.end) endRun(tx, context, rows.end)
  if (rows.end) failpoint('end.before-commit')
}

function writeItem(tx: Tx, context: RunContext, item: ItemRow): void {
  const settled = ['done', 'failed', 'denied', 'unknown'].includes(item.state)
  const changes = { state: item.state, content: item.content, settled_at: settled ? sql<Date>`now()` : null }
  tx.send(
    queries
      .insertInto('run_item')
      .values({
        run_id: context.run.id,
        item_id: item.id,
        owner_id: context.run.ownerId,
        tool: item.tool,
        title: item.title,
        input: JSON.stringify(item.input ?? null),
        approval_id: item.approvalId,
        definition: item.definition,
        approval_expires_at:
          item.approvalId === null ? null : sql<Date>`now() + make_interval(mins => ${APPROVAL_MINUTES})`,
        ...changes,
      })
      .onConflict((conflict) => conflict.columns(['run_id', 'item_id']).doUpdateSet(changes)),
  )
}

/** One row for each attempt at each item: written twice, it stays one. */
export function writeUsage(tx: Tx, context: RunContext, row: UsageRow, deps: LedgerDeps): void {
  const cost = row.kind === 'model' ? deps.price(row.name, row.usage) : null
  tx.send(
    queries
      .insertInto('usage_entry')
      .values({
        id: deps.newId(),
        owner_id: context.run.ownerId,
        run_id: context.run.id,
        conversation_id: context.run.conversationId,
        item: row.item,
        attempt: row.attempt,
        kind: row.kind,
        name: row.name,
        input_tokens: row.usage.inputTokens,
        output_tokens: row.usage.outputTokens,
        cached_tokens: row.usage.cachedTokens,
        reasoning_tokens: row.usage.reasoningTokens,
        estimated: row.usage.estimated,
        charged: row.charged,
        duration_ms: row.durationMs,
        context_bytes: row.contextBytes,
        context_tokens: row.contextTokens,
        cost_nanos: cost?.costNanos ?? null,
        input_cost_nanos: cost?.inputCostNanos ?? null,
        price_version: cost?.priceVersion ?? null,
      })
      .onConflict((conflict) => conflict.columns(['run_id', 'item', 'attempt']).doNothing()),
  )
}

/** The transaction holds the run's row, and so does one that records an answer: the two cannot miss each other. */
async function parkRun(tx: Tx, context: RunContext): Promise<void> {
  const answered = await tx.all(
    queries
      .selectFrom('run_item')
      .select(['item_id', 'state'])
      .where('run_id', '=', context.run.id)
      .where('state', 'in', ['approved', 'denied'])
      .where('settled_at', 'is', null),
  )
  if (answered.length > 0) throw new AnswerArrived('a person has answered')
  tx.send(queries.updateTable('run').set({ state: 'waiting', worker_id: null }).where('id', '=', context.run.id))
  tx.send(queries.updateTable('message').set({ state: 'waiting' }).where('id', '=', context.run.messageId))
}

function endRun(tx: Tx, context: RunContext, end: FinishMetadata): void {
  const { run, progress } = context
  // Each part was cleaned where it came in; one that slipped through must not keep the answer from ending.
  const parts = cleanParts(progress.folded.parts)
  tx.send(
    queries
      .updateTable('message')
      .set({
        parts: JSON.stringify(parts),
        words: wordsOf(parts),
        state: end.state,
        reason: end.reason ?? null,
        error: end.error === undefined ? null : cleanText(end.error),
        usage: JSON.stringify(end.usage),
        run_id: null,
      })
      .where('id', '=', run.messageId),
  )
  tx.send(
    queries
      .updateTable('run')
      .set({ state: end.state, worker_id: null, ended_at: sql<Date>`now()` })
      .where('id', '=', run.id),
  )
  tx.send(
    queries
      .updateTable('conversation')
      .set({ updated_at: sql<Date>`now()` })
      .where('id', '=', run.conversationId),
  )
}

/** Deep enough for what was cut to the usual depth when it came in, inside its part. */
const PARTS_DEPTH = 80

function cleanParts(parts: readonly MessagePart[]): MessagePart[] {
  return cleanJson(parts, PARTS_DEPTH) as MessagePart[]
}
