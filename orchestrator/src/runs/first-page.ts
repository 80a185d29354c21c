import type { MessagePart } from '@ai-assistant/contract'
import { type BranchMessage, branchStatement } from '../conversations/read-branch.ts'
import type { Database, Statement, Tx } from '../storage/database.ts'
import type { Place } from './place-messages.ts'
import type { RunIdentity } from './run-context.ts'

/** What an answer stands on, as far as one trip to the database brings it: enough for most prompts. */
export interface FirstPage {
  /** Newest first; the answer itself may be the first of them. */
  messages: PromptMessage[]
  /** The conversation's own system prompt. */
  own: string
}

/** What a prompt is made of. */
export type PromptMessage = Pick<BranchMessage, 'id' | 'parent_id' | 'role' | 'parts' | 'bytes'>

/** Messages read in one go. */
export const PAGE = 60

type Answer = Pick<RunIdentity, 'conversationId' | 'messageId'>

export async function readFirstPage(database: Database, answer: Answer): Promise<FirstPage> {
  const rows = await database.readBothAsSystem<BranchMessage, OwnPrompt>(branchOf(answer), ownPromptOf(answer))
  return toFirstPage(rows)
}

/** The same inside the transaction that accepts the question: it rides with it, and the first model call need not wait for it. */
export async function readFirstPageWithin(tx: Tx, answer: Answer): Promise<FirstPage> {
  const read = <R>({ text, values, name }: Statement): Promise<R[]> => tx.sql<R>(text, values, name)
  return toFirstPage(await Promise.all([read<BranchMessage>(branchOf(answer)), read<OwnPrompt>(ownPromptOf(answer))]))
}

/** Of a conversation that begins with this question nothing need be read: what is beyond the page is read as ever, if at all. */
export function firstPageOfNew({ before }: Place, own = ''): FirstPage {
  const messages: PromptMessage[] = []
  let bytes = 0
  for (const { id, parent_id, role, parts } of before.slice(-PAGE).toReversed()) {
    bytes += Buffer.byteLength(parts)
    messages.push({ id, parent_id, role, parts: JSON.parse(parts) as MessagePart[], bytes })
  }
  return { messages, own }
}

interface OwnPrompt {
  system_prompt: string
}

function branchOf({ conversationId, messageId }: Answer): Statement {
  return branchStatement(conversationId, messageId, PAGE)
}

function ownPromptOf({ conversationId }: Answer): Statement {
  return { text: 'select system_prompt from conversation where id = $1', values: [conversationId], name: 'own_prompt' }
}

function toFirstPage([messages, conversations]: [BranchMessage[], OwnPrompt[]]): FirstPage {
  return { messages, own: conversations[0]?.system_prompt ?? '' }
}
