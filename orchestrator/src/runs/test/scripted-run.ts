import type { StreamPart } from '@ai-assistant/contract'
import { silentTracer } from '@ai-assistant/telemetry/tracer'
import { pino } from 'pino'
import type { LanguageModel, ModelEvent, ModelRequest } from '../../models/language-model.ts'
import type { ResolvedCall, ToolOutcome, ToolSet } from '../../tools/tool-set.ts'
import { executeRun } from '../execute-run.ts'
import { openContext, type RunContext, type RunDeps, type RunIdentity } from '../run-context.ts'
import { note, startProgress } from '../run-state.ts'
import { AnswerArrived, type ItemRow, noUsage, type RunStep, type UsageRow } from '../run-step.ts'

/** A database that a run writes to: what is committed, and nothing else. */
export interface FakeStore {
  parts: StreamPart[]
  items: Map<string, ItemRow>
  usage: Map<string, UsageRow>
  ended: string | null
  parked: boolean
}

export function emptyStore(): FakeStore {
  return { parts: [], items: new Map(), usage: new Map(), ended: null, parked: false }
}

/** A model that follows a script of rounds, and goes on from a prefix exactly. */
export function scriptedModel(rounds: (request: ModelRequest) => ModelEvent[]): LanguageModel {
  return {
    view: {
      id: 'scripted',
      provider: 'offline',
      origin: null,
      why: 'a test',
      windowTokens: 100_000,
      answerTokens: 1000,
      temperature: null,
    },
    async *stream(request, signal) {
      let skip = request.prefix?.length ?? 0
      for (const event of rounds(request)) {
        await Promise.resolve()
        if (signal.aborted) return
        if (event.type === 'text-delta' && skip > 0) {
          const rest = event.text.slice(skip)
          skip = Math.max(0, skip - event.text.length)
          if (rest !== '') yield { ...event, text: rest }
        } else yield event
      }
    },
  }
}

export interface FakeTool {
  asks?: boolean
  repeatable?: boolean
  run: (input: unknown) => ToolOutcome | Promise<ToolOutcome>
}

export function fakeTools(tools: Record<string, FakeTool>): ToolSet {
  return {
    runsUnasked: () => true,
    offered: () => Object.keys(tools).map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
    resolve: (name, json) => {
      const tool = tools[name]
      if (tool === undefined) return { fault: `There is no tool ${name}` }
      const call: ResolvedCall = {
        name,
        title: name,
        server: 'fake',
        input: JSON.parse(json),
        definition: name,
        asks: tool.asks ?? false,
        allowable: false,
        repeatable: tool.repeatable ?? false,
      }
      return call
    },
    run: async (call) => (await tools[call.name]?.run(call.input)) ?? done('gone'),
    view: () => ({ servers: [] }),
    allowable: () => null,
  }
}

export function done(content: string): ToolOutcome {
  return { failed: false, unknown: false, content, output: content, bytes: content.length }
}

/**
 * One life of a run: goes on from what the store holds, and dies after `lives` steps, before the next is written. Returns
 * whether the run's executor came to its own end.
 */
export async function live(
  store: FakeStore,
  parts: { model: LanguageModel; tools: ToolSet; epoch: number; deaths?: number; signal?: AbortSignal },
  lives = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const progress = startProgress([])
  for (const part of store.parts) note(progress, part)
  const run: RunIdentity = {
    id: 'run',
    ownerId: 'owner',
    conversationId: 'conversation',
    messageId: 'message',
    userMessageId: 'question',
    kind: 'submit',
    epoch: parts.epoch,
    deaths: parts.deaths ?? 0,
    trace: null,
    resumed: progress.started,
  }
  const context = openContext({
    run,
    options: null,
    progress,
    items: new Map(store.items),
    usage: noUsage,
    signal: parts.signal ?? new AbortController().signal,
    receivedAt: null,
    lostSince: null,
    firstPage: null,
  })
  const steps = executeRun(context, depsOf(parts, store))
  let next = await steps.next()
  for (let step = 0; !next.done; step++) {
    if (step >= lives) return false
    const refused = write(store, next.value, context)
    next = refused ? await steps.throw(refused) : await steps.next()
  }
  return true
}

function write(store: FakeStore, step: RunStep, context: RunContext): AnswerArrived | null {
  if (step.type === 'part') {
    note(context.progress, step.part)
    store.parts.push(step.part)
    return null
  }
  if (step.rows.park) {
    const answered = [...store.items.values()].some((item) => isAnswered(item))
    if (answered) return new AnswerArrived()
    store.parked = true
  }
  for (const part of step.parts) {
    note(context.progress, part)
    store.parts.push(part)
  }
  for (const item of step.rows.items ?? []) store.items.set(item.id, item)
  for (const row of step.rows.usage ?? []) store.usage.set(`${row.item}/${row.attempt}`, row)
  if (step.rows.end) store.ended = step.rows.end.state
  return null
}

function isAnswered(item: ItemRow): boolean {
  return item.state === 'approved' || (item.state === 'denied' && item.content === null)
}

let ids = 0

function depsOf(parts: { model: LanguageModel; tools: ToolSet }, store: FakeStore): RunDeps {
  const nothing = (): void => undefined
  return {
    model: () => parts.model,
    tools: parts.tools,
    prompt: (context) =>
      Promise.resolve({
        request: { system: '', messages: toolMessages(context), tools: [] },
        budget: { windowTokens: 1, answerTokens: 1, promptTokens: 7, omittedMessages: 0, trimmedToolResults: 0 },
      }),
    loadItems: () => Promise.resolve(new Map(store.items)),
    consents: () => Promise.resolve(new Set()),
    price: () => null,
    newId: () => `${ids++}`,
    clock: () => performance.now(),
    log: pino({ level: 'silent' }),
    tracer: silentTracer,
    observe: {
      started: nothing,
      parked: nothing,
      firstToken: nothing,
      stall: nothing,
      overhead: nothing,
      longestPause: nothing,
      modelRetry: nothing,
      modelCall: nothing,
      toolCall: nothing,
      ended: nothing,
      takenOver: nothing,
    },
  }
}

/** Enough for a script to tell which round it is in: one message for each settled call. */
function toolMessages(context: RunContext): ModelRequest['messages'] {
  return [...context.items.values()]
    .filter((item) => item.content !== null)
    .map((item) => ({ role: 'tool', toolCallId: item.id, toolName: item.tool, content: item.content ?? '' }))
}
