import { partOf } from '../history.ts'
import { type Evidence, groupBy, type StoredEvent, type StoredRun, textOfParts, type Violation } from './evidence.ts'

/** I5, the upstream: no more calls than there were attempts; asking twice adds none. */
export function checkCalls({ store, upstream }: Evidence): Violation[] {
  const events = groupBy(store.events, (event) => event.run_id)
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  const calls = groupBy(upstream, (call) => call.mark)
  const violations: Violation[] = []
  for (const [mark, runs] of groupBy(store.runs, (run) => markOf(run, messages))) {
    const allowed = runs.reduce((sum, run) => sum + mostCalls(run, events.get(run.id) ?? []), 0)
    const made = calls.get(mark)?.length ?? 0
    if (made > allowed) {
      const text = `${made} calls of the model for at most ${allowed} attempts (question ${mark})`
      violations.push({ invariant: 'I5', text, runId: runs[0]!.id })
    }
  }
  const asked = new Set(store.runs.map((run) => markOf(run, messages)))
  for (const [mark, made] of calls) {
    if (!asked.has(mark))
      violations.push({ invariant: 'I5', text: `${made.length} calls for ${mark}, which no run asked` })
  }
  return violations
}

/** One for each round and each worker, and one for each retry that was told; what a dead worker retried it may not have told. */
function mostCalls(run: StoredRun, events: readonly StoredEvent[]): number {
  const parts = events.map(partOf)
  const rounds = Math.max(1, parts.filter((part) => part.type === 'start-step').length)
  const retries = parts.filter((part) => part.type === 'data-status' && part.data.kind === 'retrying').length
  return rounds + retries + 3 * (run.epoch - 1)
}

/** I6: each charge is a call the upstream answered whole, or an estimate that says so; none is charged twice. */
export function checkUsage({ store, upstream }: Evidence): Violation[] {
  const violations: Violation[] = []
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  const usage = groupBy(store.usage, (row) => row.run_id)
  const unbilled = groupBy(
    upstream.filter((call) => call.outcome === 'complete'),
    (call) => call.mark,
  )
  const find = (text: string, runId: string): void => void violations.push({ invariant: 'I6', text, runId })
  for (const run of store.runs) {
    const rows = usage.get(run.id) ?? []
    for (const [item, same] of groupBy(rows, (row) => row.item)) {
      const charged = same.filter((row) => row.charged)
      if (charged.length > 1) find(`${item} was charged ${charged.length} times`, run.id)
    }
    for (const row of rows) {
      if (row.kind !== 'model' || !row.charged || row.estimated) continue
      const calls = unbilled.get(markOf(run, messages)) ?? []
      const at = calls.findIndex(
        (call) => call.completionTokens === row.output_tokens && call.promptTokens === row.input_tokens,
      )
      if (at < 0) find(`${row.item} was charged, but no call of the model came to that`, run.id)
      else calls.splice(at, 1)
    }
  }
  return [...violations, ...checkTotals(store)]
}

/** A message says of its cost what the ledger says, and what is complete has a charge for every round. */
function checkTotals(store: Evidence['store']): Violation[] {
  const usage = groupBy(store.usage, (row) => row.run_id)
  const events = groupBy(store.events, (event) => event.run_id)
  return store.messages.flatMap((message): Violation[] => {
    if (message.role !== 'assistant' || message.usage === null) return []
    const runs = store.runs.filter((run) => run.message_id === message.id)
    const charged = runs.flatMap((run) => usage.get(run.id) ?? []).filter((row) => row.charged)
    const output = charged.reduce((sum, row) => sum + row.output_tokens, 0)
    const violations: Violation[] = []
    const runId = runs.at(-1)?.id ?? ''
    if (output !== message.usage.outputTokens) {
      const text = `the answer says it cost ${message.usage.outputTokens} tokens, the ledger ${output}`
      violations.push({ invariant: 'I6', text, runId })
    }
    for (const run of runs.filter((each) => each.state === 'complete')) {
      const rounds = (events.get(run.id) ?? []).filter(({ payload }) => payload === '{"type":"finish-step"}').length
      const rows = (usage.get(run.id) ?? []).filter((row) => row.kind === 'model' && row.charged).length
      if (rows !== rounds)
        violations.push({ invariant: 'I6', text: `${rounds} rounds, ${rows} charges`, runId: run.id })
    }
    return violations
  })
}

/** I7: no effect twice, none without a person's word, and none that the page says was not made. */
export function checkEffects({ history, store, effects }: Evidence): Violation[] {
  const violations: Violation[] = []
  const items = groupBy(store.items, (item) => keyOf(item.input))
  const allowed = new Set(history.approvals.filter((each) => each.approved).map((each) => each.approvalId))
  const made = new Map(effects.map((effect) => [effect.key, effect]))
  for (const { tool, key, count } of effects) {
    // Asked for again in as many words, it is another call.
    const asked = items.get(key) ?? []
    // Another round's.
    if (asked.length === 0) continue
    const find = (text: string): void =>
      void violations.push({ invariant: 'I7', text: `${tool} ${key}: ${text}`, runId: asked.at(-1)!.run_id })
    const may = asked.filter((item) => item.approval_id !== null && allowed.has(item.approval_id))
    if (count > may.length && !tool.endsWith('idempotent')) find(`done ${count} times, and allowed ${may.length} times`)
    if (may.length === 0) find('done, and nobody allowed it')
    if (asked.every((item) => item.state === 'denied')) find('done, and kept as not done')
  }
  for (const item of store.items) {
    if (item.tool.includes('effect') && item.state === 'done' && !made.has(keyOf(item.input))) {
      violations.push({ invariant: 'I7', text: `${item.tool} is kept as done and was not`, runId: item.run_id })
    }
  }
  return violations
}

function keyOf(input: unknown): string {
  return typeof input === 'object' && input !== null && 'key' in input ? String(input.key) : ''
}

function markOf(
  run: StoredRun,
  messages: ReadonlyMap<string, { parent_id: string | null; parts: Evidence['store']['messages'][number]['parts'] }>,
): string {
  const question = messages.get(messages.get(run.message_id)?.parent_id ?? '')
  return /^#(\S+)/.exec(textOfParts(question?.parts ?? []))?.[1] ?? ''
}
