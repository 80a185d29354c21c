import type { Evidence, Violation } from './check/evidence.ts'
import type { FaultRecord } from './history.ts'

/** What a whole run comes to, added up round by round. */
export interface Figures {
  faults: number
  /** Faults during which another one was under way. */
  paired: number
  mix: Map<string, number>
  sends: number
  acknowledged: number
  runs: number
  modelCalls: number
  effects: number
  readers: number
  events: number
  reconnects: number
  /** Seconds from the last event before a takeover to the takeover, as a reader saw it. */
  takeovers: number[]
  /** Seconds from PostgreSQL's return to the next word that anybody read. */
  recoveries: number[]
  intrusions: number
  /** Milliseconds between two events of a reader while only Redis was in trouble. */
  delays: number[]
  violations: Violation[]
}

export function newFigures(): Figures {
  return {
    faults: 0,
    paired: 0,
    mix: new Map(),
    sends: 0,
    acknowledged: 0,
    runs: 0,
    modelCalls: 0,
    effects: 0,
    readers: 0,
    events: 0,
    reconnects: 0,
    takeovers: [],
    recoveries: [],
    intrusions: 0,
    delays: [],
    violations: [],
  }
}

export function addRound(
  figures: Figures,
  { history, store, upstream }: Evidence,
  violations: readonly Violation[],
): void {
  figures.faults += history.faults.length
  figures.paired += history.faults.filter((fault) => history.faults.some((other) => overlap(fault, other))).length
  for (const { name } of history.faults) figures.mix.set(name, (figures.mix.get(name) ?? 0) + 1)
  figures.sends += history.sends.length
  figures.acknowledged += history.sends.filter((send) => send.replies.some((reply) => reply.started !== null)).length
  figures.runs += store.runs.length
  figures.modelCalls += upstream.length
  figures.effects += store.items.filter((item) => item.tool.includes('effect') && item.state === 'done').length
  figures.readers += history.readers.length
  figures.intrusions += history.intrusions.length
  figures.takeovers.push(...takeoversOf(history))
  figures.recoveries.push(...recoveriesOf(history))
  figures.violations.push(...violations)
  figures.delays.push(...delaysOf(history))
  for (const reader of history.readers) {
    figures.events += reader.events.length
    figures.reconnects += Math.max(0, reader.connections - 1)
  }
}

function overlap(one: FaultRecord, other: FaultRecord): boolean {
  return one !== other && one.at < other.until && other.at < one.until
}

/** Of each takeover the shortest wait that any reader had: the others may have been away. */
function takeoversOf(history: Evidence['history']): number[] {
  const waits = new Map<string, number>()
  for (const reader of history.readers) {
    reader.events.forEach((event, at) => {
      const before = reader.events[at - 1]
      if (before === undefined || !event.payload.startsWith('{"type":"data-takeover"')) return
      const id = `${reader.runId} ${event.seq}`
      waits.set(id, Math.min(event.at - before.at, waits.get(id) ?? Infinity))
    })
  }
  return [...waits.values()].map((ms) => ms / 1000)
}

/** While it was away nobody could read on, or it was not away for all. */
const absences = ['crash and recovery', 'away for seconds', 'refusing', 'out of disk'].map((how) => `PostgreSQL ${how}`)

function recoveriesOf(history: Evidence['history']): number[] {
  const times = history.readers.flatMap((reader) => reader.events.map(({ at }) => at)).toSorted((a, b) => a - b)
  return history.faults.flatMap(({ name, until }) => {
    const next = absences.includes(name) ? times.find((at) => at > until) : undefined
    return next === undefined ? [] : [(next - until) / 1000]
  })
}

/** How long each word took after the one before it, in rounds where Redis alone was in trouble: the model's own pace included. */
function delaysOf(history: Evidence['history']): number[] {
  if (!history.faults.every(({ name }) => name.startsWith('Redis'))) return []
  const troubled = (at: number): boolean => history.faults.some((fault) => fault.at <= at && at <= fault.until)
  return history.readers.flatMap((reader) =>
    reader.events.flatMap((event, at) => {
      const before = reader.events[at - 1]
      if (before === undefined || !event.payload.startsWith('{"type":"text-delta"')) return []
      return troubled(event.at) ? [event.at - before.at] : []
    }),
  )
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
