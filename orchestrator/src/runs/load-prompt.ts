import type { Budget, MessagePart } from '@ai-assistant/contract'
import { type BranchMessage, branchStatement } from '../conversations/read-branch.ts'
import { estimateTokens } from '../models/estimate-tokens.ts'
import type { LanguageModel, ModelMessage, ModelRequest, ModelTool } from '../models/language-model.ts'
import type { Database } from '../storage/database.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import { PAGE, type PromptMessage, readFirstPage } from './first-page.ts'
import { fitPrompt } from './fit-prompt.ts'
import type { RunContext } from './run-context.ts'
import type { RunOptions } from './run-options.ts'
import { systemPrompt } from './system-prompt.ts'
import { assistantToModelMessages, userToModelMessage } from './to-model-messages.ts'

export interface PromptSources {
  database: Database
  tools: ToolSet
  appName: string
  now: () => Date
}

/** The pages after the first are read only while the model's window has room for them. */
const MAX_PAGE = 960

/** No provider takes a larger request. Older images are left out with their turns. */
const MAX_HISTORY_BYTES = 32 * 1024 * 1024

/** Reads what a model call needs, newest turns first and no more than its window holds, and fits it into the window. */
export async function loadPrompt(
  sources: PromptSources,
  context: RunContext,
  model: LanguageModel,
): Promise<{ request: ModelRequest; budget: Budget }> {
  const { run } = context
  const { branch, own, contents } = await readHistory(sources.database, context, model)
  for (const item of context.items.values()) if (item.content !== null) contents.set(item.id, item.content)
  const turns = toTurns(branch.filter((message) => message.id !== run.messageId).reverse(), contents)
  const question = turns.pop() ?? []
  const { options } = context
  const { request, budget } = fitPrompt({
    // A program says itself what its model is.
    system: options === null ? systemPrompt({ appName: sources.appName, now: sources.now(), own }) : own,
    turns,
    current: [...question, ...assistantToModelMessages(withoutOpenStep(context), contents)],
    tools: toolsFor(sources.tools, options),
    facts: model.view,
  })
  return { request: options === null ? request : { ...request, settings: options.settings }, budget }
}

/** Where no person watches, none can be asked: tools that ask are not offered. */
function toolsFor(tools: ToolSet, options: RunOptions | null): ModelTool[] {
  if (options === null) return tools.offered()
  return options.tools ?? tools.offered().filter(({ name }) => tools.runsUnasked(name))
}

/** What the open step has shown goes into the request's prefix, not into its messages. */
function withoutOpenStep({ progress: { folded, stepOpen } }: RunContext): MessagePart[] {
  if (!stepOpen) return folded.parts
  return folded.parts.slice(
    0,
    folded.parts.findLastIndex((part) => part.type === 'step-start'),
  )
}

interface History {
  /** Newest first. */
  branch: PromptMessage[]
  /** The conversation's own system prompt. */
  own: string
  contents: Map<string, string>
}

async function readHistory(database: Database, context: RunContext, model: LanguageModel): Promise<History> {
  const { messages, own } = context.firstPage ?? (await readFirstPage(database, context.run))
  // Kept for one call: it may be large, and an answer may take long.
  context.firstPage = null
  const branch: PromptMessage[] = []
  let [tokens, bytes] = [0, 0]
  for (let [page, limit] = [messages, PAGE]; page.length > 0;) {
    branch.push(...page)
    tokens += page.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0)
    bytes += Number(page.at(-1)?.bytes ?? 0)
    const leaf = page.at(-1)?.parent_id ?? null
    if (leaf === null || tokens >= model.view.windowTokens || bytes >= MAX_HISTORY_BYTES) break
    // A long conversation is read in few trips, a short one at no cost.
    limit = Math.min(limit * 2, MAX_PAGE)
    page = await database.readAsSystem<BranchMessage>(branchStatement(context.run.conversationId, leaf, limit))
  }
  return { branch, own, contents: await readContents(database, branch) }
}

async function readContents(database: Database, branch: readonly PromptMessage[]): Promise<Map<string, string>> {
  const ids = branch.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === 'dynamic-tool' ? [part.toolCallId] : [])),
  )
  if (ids.length === 0) return new Map()
  const values = [branch.map((message) => message.id), ids]
  const rows = await database.readAsSystem<{ item_id: string; content: string }>({
    text: CONTENTS,
    values,
    name: 'tool_contents',
  })
  return new Map(rows.map((row) => [row.item_id, row.content]))
}

const CONTENTS = `
  select item_id, content from run_item
  where content is not null and run_id = any(select id from run where message_id = any($1::uuid[]))
    and item_id = any($2::text[])`

/** Groups messages, oldest first, into turns that begin with a question; a program's chat may begin with an answer. */
function toTurns(messages: readonly PromptMessage[], contents: ReadonlyMap<string, string>): ModelMessage[][] {
  const turns: ModelMessage[][] = []
  for (const message of messages) {
    if (message.role === 'user') turns.push([userToModelMessage(message.parts)])
    else if (turns.length === 0) turns.push(assistantToModelMessages(message.parts, contents))
    else turns.at(-1)?.push(...assistantToModelMessages(message.parts, contents))
  }
  return turns
}

function textOf(message: PromptMessage): string {
  return message.parts
    .map((part) => {
      if (part.type === 'text') return part.text
      return part.type === 'dynamic-tool' ? JSON.stringify(part.output ?? '') : ''
    })
    .join('')
}
