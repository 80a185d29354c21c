import type { IncompleteReason, MessagePart, MessageState, Usage } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'

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
}

/** Walks from a message up to the root, newest first, at most `limit` messages. */
export async function readBranch(
  tx: Tx,
  conversationId: string,
  leafId: string,
  limit: number,
): Promise<BranchMessage[]> {
  return tx.sql<BranchMessage>(WALK_UP, [conversationId, leafId, limit], 'read_branch')
}

const WALK_UP = `
  with recursive branch as (
    select message.*, 1 as depth from message where id = $2 and conversation_id = $1
    union all
    select message.*, branch.depth + 1 from branch join message on message.id = branch.parent_id
    where branch.depth < $3
  )
  select id, parent_id, role, parts, state, reason, error, run_id, model, usage, created_at
  from branch order by depth`
