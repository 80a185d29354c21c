import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import type { TakenRun } from '../journal/take-over.ts'
import type { Database, Tx } from '../storage/database.ts'
import { parseTraceparent } from '@ai-assistant/telemetry/trace-context'
import { queries } from '../storage/queries.ts'
import { grantConsent } from '../tools/tool-consents.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import { SendRefused } from './send-refused.ts'

export interface ApprovalDecision {
  personId: string
  runId: string
  approvalId: string
  approved: boolean
  reason: string | undefined
  /** The tool may run unasked from now on, as it is defined now. */
  always: boolean
  origin: AuditOrigin
}

/**
 * Records a person's answer to one question, once. When it was the last one the run waited for, the run becomes this
 * worker's in the same transaction, and is returned to be gone on with. Throws `SendRefused`: `not_found`,
 * `approval_settled`, `unprocessable` where the tool is none that can be allowed for good.
 */
export async function answerApproval(
  database: Database,
  decision: ApprovalDecision,
  workerId: string,
  tools: Pick<ToolSet, 'allowable'>,
): Promise<TakenRun | null> {
  return database.asPerson(decision.personId, async (tx) => {
    const run = await lockRun(tx, decision.runId, decision.personId)
    if (run === undefined) throw new SendRefused('not_found')
    const over = run.state !== 'running' && run.state !== 'waiting'
    const item = await tx.first(
      queries
        .selectFrom('run_item')
        .select(['item_id', 'tool', 'definition', 'state', sql<boolean>`approval_expires_at < now()`.as('expired')])
        .where('run_id', '=', decision.runId)
        .where('approval_id', '=', decision.approvalId),
    )
    if (item === undefined) throw new SendRefused('not_found')
    if (over || item.state !== 'requested' || item.expired) throw new SendRefused('approval_settled')
    if (decision.always) await allowForGood(tx, decision, item, tools)
    const refusal = decision.reason === undefined ? null : `The person refused this call: ${decision.reason}`
    await tx.run(
      queries
        .updateTable('run_item')
        .set({ state: decision.approved ? 'approved' : 'denied', content: decision.approved ? null : refusal })
        .where('run_id', '=', decision.runId)
        .where('item_id', '=', item.item_id),
    )
    await recordAudit(tx, {
      actor: { kind: 'person', id: decision.personId },
      action: decision.approved ? 'approval.granted' : 'approval.refused',
      object: { type: 'approval', id: decision.approvalId },
      details: { tool: item.tool, run: decision.runId },
      origin: decision.origin,
    })
    return claimIfReady(tx, run, workerId)
  })
}

async function allowForGood(
  tx: Tx,
  { personId, origin }: ApprovalDecision,
  { tool, definition }: { tool: string; definition: string | null },
  tools: Pick<ToolSet, 'allowable'>,
): Promise<void> {
  const hash = tools.allowable(tool)
  if (hash === null || hash !== definition) {
    throw new SendRefused('unprocessable', 'always: only a tool that says it reads only can be allowed for good')
  }
  await grantConsent(tx, { personId, tool, hash, origin })
}

/**
 * Finds the waiting runs that wait for nobody: their last question was not answered in time, which counts as refused, or
 * their person stopped them while they were being parked. Returns them as this worker's, to be gone on with.
 */
export async function claimOverdue(database: Database, workerId: string): Promise<TakenRun[]> {
  return database.asSystem(async (tx) => {
    const overdue = await tx.sql<{ id: string }>(OVERDUE, [], 'find_overdue')
    const taken: TakenRun[] = []
    for (const { id } of overdue) {
      const run = await lockRun(tx, id, null)
      if (run?.state !== 'waiting') continue
      if (run.cancel_requested_at === null) await expireQuestions(tx, id)
      const ready =
        run.cancel_requested_at === null ? await claimIfReady(tx, run, workerId) : await claimWaiting(tx, run, workerId)
      if (ready) taken.push(ready)
    }
    return taken
  })
}

const OVERDUE = `
  select id from run
  where state = 'waiting' and (cancel_requested_at is not null or not exists (
    select from run_item where run_id = run.id and state = 'requested' and approval_expires_at >= now()
  ))
  order by created_at limit 20`

async function expireQuestions(tx: Tx, runId: string): Promise<void> {
  await tx.sql(
    `update run_item set state = 'denied', content = 'Nobody answered in time, so this call was not made.'
     where run_id = $1 and state = 'requested' and approval_expires_at < now()`,
    [runId],
  )
}

interface LockedRun {
  id: string
  owner_id: string
  conversation_id: string
  message_id: string
  user_message_id: string | null
  kind: 'submit' | 'regenerate' | 'continue'
  epoch: number
  deaths: number
  traceparent: string | null
  state: string
  cancel_requested_at: Date | null
}

async function lockRun(tx: Tx, runId: string, personId: string | null): Promise<LockedRun | undefined> {
  const rows = await tx.sql<LockedRun>(
    `select id, owner_id, conversation_id, message_id, user_message_id, kind, epoch, deaths, traceparent, state,
       cancel_requested_at
     from run where id = $1 and ($2::uuid is null or owner_id = $2) for update`,
    [runId, personId],
  )
  return rows[0]
}

async function claimIfReady(tx: Tx, run: LockedRun, workerId: string): Promise<TakenRun | null> {
  if (run.state !== 'waiting') return null
  const open = await tx.first(
    queries
      .selectFrom('run_item')
      .select('item_id')
      .where('run_id', '=', run.id)
      .where('state', '=', 'requested')
      .limit(1),
  )
  if (open) return null
  return claimWaiting(tx, run, workerId)
}

async function claimWaiting(tx: Tx, run: LockedRun, workerId: string): Promise<TakenRun> {
  const epoch = run.epoch + 1
  await tx.run(
    queries.updateTable('run').set({ state: 'running', worker_id: workerId, epoch }).where('id', '=', run.id),
  )
  await tx.run(queries.updateTable('message').set({ state: 'running' }).where('id', '=', run.message_id))
  return {
    id: run.id,
    ownerId: run.owner_id,
    conversationId: run.conversation_id,
    messageId: run.message_id,
    userMessageId: run.user_message_id,
    kind: run.kind,
    epoch,
    deaths: run.deaths,
    trace: parseTraceparent(run.traceparent),
    cancelRequested: run.cancel_requested_at !== null,
  }
}

/**
 * Asks for an answer to stop. A run that waits for a person has no worker, so it becomes this one's, to be ended here.
 * Throws `SendRefused` `not_found`.
 */
export async function requestCancel(
  database: Database,
  request: { personId: string; runId: string },
  workerId: string,
): Promise<{ workerId: string | null; taken: TakenRun | null }> {
  return database.asPerson(request.personId, async (tx) => {
    const run = await lockRun(tx, request.runId, request.personId)
    if (run === undefined) throw new SendRefused('not_found')
    if (run.state !== 'running' && run.state !== 'waiting') return { workerId: null, taken: null }
    await tx.run(
      queries
        .updateTable('run')
        .set({ cancel_requested_at: sql<Date>`now()` })
        .where('id', '=', run.id),
    )
    const cancelled = { ...run, cancel_requested_at: new Date() }
    if (run.state === 'waiting') return { workerId: null, taken: await claimWaiting(tx, cancelled, workerId) }
    const owner = await tx.first(queries.selectFrom('run').select('worker_id').where('id', '=', run.id))
    return { workerId: owner?.worker_id ?? null, taken: null }
  })
}
