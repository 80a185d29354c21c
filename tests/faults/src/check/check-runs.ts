import { type Evidence, groupBy, type StoredEvent, type StoredRun, type Violation } from './evidence.ts'

/** I2: one answer an attempt, one end a run, one journal without holes whose owners only ever change forward. */
export function checkRuns({ store }: Evidence): Violation[] {
  const events = groupBy(store.events, (event) => event.run_id)
  const messages = new Map(store.messages.map((message) => [message.id, message]))
  const violations: Violation[] = store.runs.flatMap((run) => checkJournal(run, events.get(run.id) ?? []))
  for (const [messageId, runs] of groupBy(store.runs, (run) => run.message_id)) {
    const last = runs.at(-1)!
    const state = messages.get(messageId)?.state
    if (state !== last.state) {
      violations.push(found(`the answer is ${state}, its run ${last.state}`, last.id))
    }
    const first = runs.filter((run) => run.kind !== 'continue')
    if (first.length !== 1) violations.push(found(`${first.length} runs began one answer`, last.id))
  }
  for (const [questionId, runs] of groupBy(
    store.runs.filter((run) => run.kind === 'submit'),
    (run) => String(run.user_message_id),
  )) {
    if (runs.length > 1)
      violations.push(found(`question ${questionId} was submitted ${runs.length} times`, runs[0]!.id))
  }
  const begun = new Set(store.runs.map((run) => run.message_id))
  for (const message of store.messages) {
    if (message.role === 'assistant' && !begun.has(message.id)) {
      violations.push({ invariant: 'I2', text: `answer ${message.id} was written by no run` })
    }
  }
  return violations
}

function checkJournal(run: StoredRun, events: readonly StoredEvent[]): Violation[] {
  const violations: Violation[] = []
  events.forEach((event, at) => {
    if (event.seq !== at + 1) violations.push(found(`event ${event.seq} stands at place ${at + 1}`, run.id))
    if (event.epoch < (events[at - 1]?.epoch ?? 1)) {
      violations.push(found(`event ${event.seq} was written by epoch ${event.epoch} after a newer one`, run.id))
    }
    if (event.epoch > run.epoch) violations.push(found(`event ${event.seq} is of an epoch to come`, run.id))
  })
  const ends = events.filter((event) => event.payload.startsWith('{"type":"finish",'))
  const isOver = run.state !== 'running' && run.state !== 'waiting'
  if (isOver && ends.length !== 1) violations.push(found(`a run that is ${run.state} has ${ends.length} ends`, run.id))
  if (!isOver && ends.length > 0) violations.push(found(`a run with an end is ${run.state}`, run.id))
  const end = ends[0]
  if (end && end !== events.at(-1)) violations.push(found('something follows the end', run.id))
  if (end && !end.payload.includes(`"messageMetadata":{"state":"${run.state}"`)) {
    violations.push(found(`the end in the journal is not "${run.state}"`, run.id))
  }
  return violations
}

/** I9: what was begun has ended once the faults are over. */
export function checkEnds({ store, history }: Evidence): Violation[] {
  const open = store.runs.filter((run) => run.state === 'running' || run.state === 'waiting')
  const runs = new Map(store.runs.map((run) => [run.id, run]))
  return [
    ...open.map((run) => ({ invariant: 'I9', text: `a run is ${run.state} for ever`, runId: run.id })),
    ...history.readers
      .filter((reader) => !reader.ended && runs.has(reader.runId) && !open.includes(runs.get(reader.runId)!))
      .map((reader) => ({ invariant: 'I9', text: 'a reader was never told the end', runId: reader.runId })),
  ]
}

/** A worker is believed dead so long after its last word, and its runs are looked for within as much again. */
const leaseMs = 6000

/** I9, the takeovers: no run loses more workers than died while it ran. */
export function checkDeaths({ store, history }: Evidence): Violation[] {
  const read = groupBy(history.readers, (reader) => reader.runId)
  return store.runs.flatMap((run): Violation[] => {
    const times = (read.get(run.id) ?? []).flatMap((reader) => reader.events.map(({ at }) => at))
    if (run.deaths === 0 || times.length === 0) return []
    const [from, to] = [Math.min(...times) - 2 * leaseMs, Math.max(...times)]
    const meets = ({ at, until }: { at: number; until: number }): boolean => at < to && until > from
    const died = history.faults.filter(meets).reduce((sum, fault) => sum + fault.deaths, 0)
    const most = died + history.stalls.filter(meets).length
    if (run.deaths <= most) return []
    const text = `a run lost ${run.deaths} workers while at most ${most} died`
    return [{ invariant: 'I9', text, runId: run.id }]
  })
}

/** I10: nothing breaks by itself, and no answer is given up because of what is ours to bear. */
export function checkAccidents({ history, store }: Evidence): Violation[] {
  return [
    ...history.accidents.map((text) => ({ invariant: 'I10', text })),
    ...store.messages
      .filter((message) => message.error?.startsWith('Something went wrong on our side'))
      .map((message) => ({
        invariant: 'I10',
        text: `an answer was given up: ${message.error}`,
        runId: store.runs.findLast((run) => run.message_id === message.id)?.id ?? '',
      })),
  ]
}

function found(text: string, runId: string): Violation {
  return { invariant: 'I2', text, runId }
}
