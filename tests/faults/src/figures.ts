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
  takeovers: Takeover[]
  /** Seconds from PostgreSQL's return to the next word that anybody read. */
  recoveries: number[]
  intrusions: number
  /** Milliseconds between two events of a reader while only Redis was in trouble. */
  delays: number[]
  violations: Violation[]
}

export interface Takeover {
  /** From the last event before it to the takeover, as a reader saw it. */
  seconds: number
  /** What struck servers or PostgreSQL in that time, or just before. */
  faults: string[]
  /** PostgreSQL was away for a part of it, and nobody could take over before it was back. */
  databaseAway: boolean
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
function takeoversOf(history: Evidence['history']): Takeover[] {
  const waits = new Map<string, { from: number; to: number }>()
  for (const reader of history.readers) {
    reader.events.forEach((event, at) => {
      const before = reader.events[at - 1]
      if (before === undefined || !event.payload.startsWith('{"type":"data-takeover"')) return
      const id = `${reader.runId} ${event.seq}`
      const known = waits.get(id)
      if (known !== undefined && known.to - known.from <= event.at - before.at) return
      waits.set(id, { from: before.at, to: event.at })
    })
  }
  return [...waits.values()].map(({ from, to }) => {
    const during = history.faults.filter(({ name, hand, at, until }) => {
      return (hand === 'processes' || name.startsWith('PostgreSQL')) && at < to && until > from - JUST_BEFORE_MS
    })
    const told = during.map(({ name, at, until }) => {
      return `${name} (${((at - from) / 1000).toFixed(1)} to ${((until - from) / 1000).toFixed(1)})`
    })
    const databaseAway = during.some(({ name, until }) => absences.includes(name) && until > from)
    return { seconds: (to - from) / 1000, faults: told, databaseAway }
  })
}

const JUST_BEFORE_MS = 1000

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
