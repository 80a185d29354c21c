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
  const { run } = context
  const { usage } = row
  tx.send({
    name: 'write_usage',
    text: WRITE_USAGE,
    values: [
      deps.newId(),
      run.ownerId,
      run.id,
      run.conversationId,
      row.item,
      row.attempt,
      row.kind,
      row.name,
      usage.inputTokens,
      usage.outputTokens,
      usage.cachedTokens,
      usage.reasoningTokens,
      usage.estimated,
      row.charged,
      row.durationMs,
      row.contextBytes,
      row.contextTokens,
      cost?.costNanos ?? null,
      cost?.inputCostNanos ?? null,
      cost?.priceVersion ?? null,
    ],
  })
}

const WRITE_USAGE = `
  insert into usage_entry (id, owner_id, run_id, conversation_id, item, attempt, kind, name,
    input_tokens, output_tokens, cached_tokens, reasoning_tokens, estimated,
    charged, duration_ms, context_bytes, context_tokens, cost_nanos, input_cost_nanos, price_version)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
  on conflict (run_id, item, attempt) do nothing`

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

/**
 * Message, run and conversation in one statement: it is what every answer ends with. The question has moved its conversation
 * to the top of the list, so the end of a short answer need not.
 */
function endRun(tx: Tx, context: RunContext, end: FinishMetadata): void {
  const { run, progress } = context
  // Each part was cleaned where it came in; one that slipped through must not keep the answer from ending.
  const parts = cleanParts(progress.folded.parts)
  tx.send({
    name: 'end_run',
    text: END_RUN,
    values: [
      run.id,
      run.messageId,
      run.conversationId,
      JSON.stringify(parts),
      wordsOf(parts),
      end.state,
      end.reason ?? null,
      end.error === undefined ? null : cleanText(end.error),
      JSON.stringify(end.usage),
    ],
  })
}

const END_RUN = `
  with ended as (update run set state = $6, worker_id = null, ended_at = now() where id = $1),
  moved as (update conversation set updated_at = now() where id = $3 and updated_at < now() - interval '1 minute')
  update message set parts = $4, words = $5, state = $6, reason = $7, error = $8, usage = $9, run_id = null
  where id = $2`

/** Deep enough for what was cut to the usual depth when it came in, inside its part. */
const PARTS_DEPTH = 80

function cleanParts(parts: readonly MessagePart[]): MessagePart[] {
  return cleanJson(parts, PARTS_DEPTH) as MessagePart[]
}
