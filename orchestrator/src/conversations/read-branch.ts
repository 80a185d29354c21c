import type { IncompleteReason, MessagePart, MessageState, Usage } from '@ai-assistant/contract'
import type { Statement, Tx } from '../storage/database.ts'

/** A message row as the branch reader gives it. */
export interface BranchMessage {
  id: string
  parent_id: string | null
  role: 'user' | 'assistant'
  parts: MessagePart[]
  state: MessageState
  reason: IncompleteReason | null
  error: string | null
  run_id: string | null
  model: string | null
  usage: Usage | null
  created_at: Date
  /** Bytes of its parts and those of the messages read before it. */
  bytes: number
}

/** Messages may hold images of megabytes: a page that has more than this ends, however few messages it has. */
const PAGE_BYTES = 8 * 1024 * 1024

/** Walks from a message up to the root, newest first, at most `limit` messages, and no more once they are large. */
export async function readBranch(
  tx: Tx,
  conversationId: string,
  leafId: string,
  limit: number,
): Promise<BranchMessage[]> {
  const { text, values, name } = branchStatement(conversationId, leafId, limit)
  return tx.sql<BranchMessage>(text, values, name)
}

/** The same as a statement: its rows are `BranchMessage`s. */
export function branchStatement(conversationId: string, leafId: string, limit: number): Statement {
  return { text: WALK_UP, values: [conversationId, leafId, limit, PAGE_BYTES], name: 'read_branch' }
}

/** Above each message is one: asked for as such, it is found by its key, by a plan made while the table was empty as well. */
const WALK_UP = `
  with recursive branch as (
    select message.*, 1 as depth, octet_length(parts::text)::bigint as bytes
    from message where id = $2 and conversation_id = $1
    union all
    select above.*, branch.depth + 1, branch.bytes + octet_length(above.parts::text)
    from branch cross join lateral (select * from message where id = branch.parent_id limit 1) above
    where branch.depth < $3 and branch.bytes < $4
  )
  select id, parent_id, role, parts, state, reason, error, run_id, model, usage, created_at, bytes
  from branch order by depth`
