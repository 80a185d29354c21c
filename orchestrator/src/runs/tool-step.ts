import type { StreamPart, ToolPart } from '@ai-assistant/contract'
import { cleanJson, cleanText } from '../lib/clean-text.ts'
import type { ModelToolCall } from '../models/language-model.ts'
import type { ResolvedCall, ToolFault } from '../tools/tool-set.ts'
import { MAX_CALLS_PER_ROUND } from './bounds.ts'
import { status } from './model-step.ts'
import { outlast } from './outlast.ts'
import type { RunContext, RunDeps } from './run-context.ts'
import { unsettledCalls } from './run-state.ts'
import { AnswerArrived, type ItemRow, type RunStep } from './run-step.ts'
import { runTools } from './run-tools.ts'
import { serverOf } from './settle-call.ts'

/** What a model's calls come to before any of them runs: rows and parts of one commit, made with the call's usage. */
export async function requestCalls(
  calls: readonly ModelToolCall[],
  context: RunContext,
  deps: RunDeps,
): Promise<{ parts: StreamPart[]; items: ItemRow[] }> {
  const found = calls.map((call, index) => resolveCall(call, index, deps))
  const allowable = found.some((call) => 'allowable' in call && call.asks && call.allowable)
  const allowed = allowable
    ? await outlast(() => deps.consents(context.run.ownerId), context.signal)
    : new Set<string>()
  const resolved = found.map((call) => askOrRefuse(call, allowed, context))
  const requested = calls.map((call, index) => requestCall(call, resolved[index] ?? { fault: '' }, deps))
  return { parts: requested.flatMap(({ parts }) => parts), items: requested.map(({ item }) => item) }
}

/**
 * Brings every call of the current step to an outcome. Returns `parked` when only people can go on with it. A call's state
 * is committed as `started` before it is made: found so after a takeover, it has an unknown outcome unless it may be
 * repeated. A failed tool is not tried again here: the model is told, and decides.
 */
export async function* toolStep(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep, 'settled' | 'parked'> {
  for (;;) {
    yield* settleAnswers(context, deps)
    if (context.signal.aborted) return 'settled'
    const ready = unsettledCalls(context.progress).filter(
      (call) => context.items.get(call.toolCallId)?.state === 'started',
    )
    if (ready.length > 0) yield* runTools(context, deps, resolveAll(ready, context, deps))
    if (context.signal.aborted || unsettledCalls(context.progress).length === 0) return 'settled'
    if (yield* park(context, deps)) return 'parked'
  }
}

/** After a takeover: calls that were under way run again only if that can do no harm. */
export async function* settleLostCalls(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep> {
  for (const call of unsettledCalls(context.progress)) {
    const item = context.items.get(call.toolCallId)
    if (item?.state !== 'started') continue
    const resolved = deps.tools.resolve(item.tool, JSON.stringify(item.input))
    if (!('fault' in resolved) && resolved.repeatable) continue
    const text =
      'The server stopped while this tool was running, so its outcome is unknown: it may have taken effect. It was not run again.'
    const settled: ItemRow = { ...item, state: 'unknown', content: text }
    context.items.set(item.id, settled)
    yield {
      type: 'commit',
      parts: [{ type: 'tool-output-error', toolCallId: item.id, errorText: text, dynamic: true }],
      rows: { items: [settled] },
    }
    deps.observe.toolCall(serverOf(item.tool), 'unknown', 0, 0)
  }
}

function requestCall(
  call: ModelToolCall,
  resolved: ResolvedCall | ToolFault,
  deps: RunDeps,
): { parts: StreamPart[]; item: ItemRow } {
  const id = `call_${deps.newId()}`
  const base = { type: 'tool-input-available', toolCallId: id, dynamic: true } as const
  if ('fault' in resolved) {
    const input = parseLoosely(call.arguments)
    const tool = cleanText(call.name.slice(0, 200))
    const none = { approvalId: null, definition: null }
    const item: ItemRow = { id, tool, title: tool, input, state: 'failed', ...none, content: resolved.fault }
    const error = { type: 'tool-output-error', toolCallId: id, errorText: resolved.fault, dynamic: true } as const
    return { parts: [{ ...base, toolName: tool, input }, error], item }
  }
  const input = cleanJson(resolved.input)
  const shown: StreamPart = { ...base, toolName: resolved.name, title: resolved.title, input }
  const item: ItemRow = {
    id,
    tool: resolved.name,
    title: resolved.title,
    input,
    state: resolved.asks ? 'requested' : 'started',
    approvalId: resolved.asks ? `ask_${deps.newId()}` : null,
    definition: resolved.definition,
    content: null,
  }
  if (item.approvalId === null) return { parts: [shown], item }
  return { parts: [shown, { type: 'tool-approval-request', approvalId: item.approvalId, toolCallId: id }], item }
}

function resolveCall(call: ModelToolCall, index: number, deps: RunDeps): ResolvedCall | ToolFault {
  if (index < MAX_CALLS_PER_ROUND) return deps.tools.resolve(call.name, call.arguments)
  return { fault: `Too many calls at once: at most ${MAX_CALLS_PER_ROUND} are made in one round.` }
}

/** What a person has allowed for good is not asked. What a program asked for can ask nobody. */
function askOrRefuse(
  call: ResolvedCall | ToolFault,
  allowed: ReadonlySet<string>,
  context: RunContext,
): ResolvedCall | ToolFault {
  if ('fault' in call || !call.asks) return call
  if (call.allowable && allowed.has(call.definition)) return { ...call, asks: false }
  if (context.options === null) return call
  return { fault: 'This call needs the consent of a person, and a program asked, which cannot give it.' }
}

/** Carries out what people have answered: a refused call is settled, an allowed one becomes `started`. */
async function* settleAnswers(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep> {
  for (const call of unsettledCalls(context.progress)) {
    const item = context.items.get(call.toolCallId)
    if (item === undefined || item.approvalId === null) continue
    if (item.state === 'approved') {
      const started: ItemRow = { ...item, state: 'started' }
      context.items.set(item.id, started)
      yield {
        type: 'commit',
        parts: [{ type: 'tool-approval-response', approvalId: item.approvalId, approved: true }],
        rows: { items: [started] },
      }
    } else if (item.state === 'denied') {
      const denied: ItemRow = { ...item, content: item.content ?? 'The person refused this call.' }
      context.items.set(item.id, denied)
      yield {
        type: 'commit',
        parts: [
          { type: 'tool-approval-response', approvalId: item.approvalId, approved: false },
          { type: 'tool-output-denied', toolCallId: item.id },
        ],
        rows: { items: [denied] },
      }
      deps.observe.toolCall(serverOf(item.tool), 'denied', 0, 0)
    }
  }
}

/** By name and arguments as they are now, by definition as it was when the call was asked for: another one is refused. */
function resolveAll(
  calls: readonly ToolPart[],
  context: RunContext,
  deps: RunDeps,
): { call: ToolPart; resolved: ResolvedCall | null }[] {
  return calls.map((call) => {
    const resolved = deps.tools.resolve(call.toolName, JSON.stringify(call.input ?? {}))
    if ('fault' in resolved) return { call, resolved: null }
    const definition = context.items.get(call.toolCallId)?.definition ?? resolved.definition
    return { call, resolved: { ...resolved, definition } }
  })
}

/** Waits for people without a worker. False where an answer came in meanwhile. */
async function* park(context: RunContext, deps: RunDeps): AsyncGenerator<RunStep, boolean> {
  try {
    yield { type: 'commit', parts: [status('waiting', 'Waiting for your answer')], rows: { park: true } }
    deps.observe.parked()
    return true
  } catch (error) {
    if (!(error instanceof AnswerArrived)) throw error
    context.items = await outlast(() => deps.loadItems(context.run.id), context.signal)
    return false
  }
}

/** What the model wrote as arguments; what is no JSON is kept as text. */
export function parseLoosely(json: string): unknown {
  try {
    return cleanJson(JSON.parse(json))
  } catch {
    return cleanText(json)
  }
}
