import { type BranchMessage, branchStatement } from '../conversations/read-branch.ts'
import type { Database, Statement, Tx } from '../storage/database.ts'
import type { RunIdentity } from './run-context.ts'

/** What an answer stands on, as far as one trip to the database brings it: enough for most prompts. */
export interface FirstPage {
  /** Newest first, the answer itself the first of them. */
  messages: BranchMessage[]
  /** The conversation's own system prompt. */
  own: string
}

/** Messages read in one go. */
export const PAGE = 60

type Place = Pick<RunIdentity, 'conversationId' | 'messageId'>

export async function readFirstPage(database: Database, place: Place): Promise<FirstPage> {
  const rows = await database.readBothAsSystem<BranchMessage, OwnPrompt>(branchOf(place), ownPromptOf(place))
  return toFirstPage(rows)
}

/** The same inside the transaction that accepts the question: it rides with it, and the first model call need not wait for it. */
export async function readFirstPageWithin(tx: Tx, place: Place): Promise<FirstPage> {
  const read = <R>({ text, values, name }: Statement): Promise<R[]> => tx.sql<R>(text, values, name)
  return toFirstPage(await Promise.all([read<BranchMessage>(branchOf(place)), read<OwnPrompt>(ownPromptOf(place))]))
}

interface OwnPrompt {
  system_prompt: string
}

function branchOf({ conversationId, messageId }: Place): Statement {
  return branchStatement(conversationId, messageId, PAGE)
}

function ownPromptOf({ conversationId }: Place): Statement {
  return { text: 'select system_prompt from conversation where id = $1', values: [conversationId], name: 'own_prompt' }
}

function toFirstPage([messages, conversations]: [BranchMessage[], OwnPrompt[]]): FirstPage {
  return { messages, own: conversations[0]?.system_prompt ?? '' }
}
