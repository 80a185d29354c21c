import type { Evidence, Violation } from './check/evidence.ts'
import { type Figures, quantile, type Takeover } from './figures.ts'

/** The mix of faults, the most frequent first. */
export function formatMix(figures: Figures): string {
  const rows = [...figures.mix].toSorted(([, one], [, two]) => two - one)
  return rows.map(([name, count]) => `${String(count).padStart(6)}  ${name}`).join('\n')
}

/** The figures that the promise is about. */
export function formatFigures(figures: Figures, seconds: number): string {
  const broken = (...invariants: string[]): number =>
    figures.violations.filter(({ invariant }) => invariants.includes(invariant)).length
  const rows: [string, string | number][] = [
    ['faults', `${figures.faults} in ${Math.round(seconds)} s, ${(figures.faults / seconds).toFixed(2)} a second`],
    ['of which beside another', figures.paired],
    ['sends, acknowledged', `${figures.sends}, ${figures.acknowledged}`],
    ['answers, model calls, tool effects', `${figures.runs}, ${figures.modelCalls}, ${figures.effects}`],
    ['readers, events read', `${figures.readers}, ${figures.events}`],
    ['acknowledged messages lost (I1)', broken('I1')],
    ['duplicate answers (I2)', broken('I2')],
    ['seen and not kept (I3)', broken('I3')],
    ['reconnects, with a gap or a repeat (I4)', `${figures.reconnects}, ${broken('I4')}`],
    ['repeated work (I5)', broken('I5')],
    ['double bills (I6)', broken('I6')],
    ['repeated effects (I7)', broken('I7')],
    ['strangers at doors, let in (I8)', `${figures.intrusions}, ${broken('I8')}`],
    ['never ended (I9)', broken('I9')],
    ['broken by itself, wrong errors (I10, I11)', broken('I10', 'I11')],
    ['calls that a calm fault let fail (I12)', broken('I12')],
    [
      'ms between words, Redis in trouble, p50, p95',
      `${figures.delays.length}, ${[0.5, 0.95].map((share) => Math.round(quantile(figures.delays, share))).join(', ')}`,
    ],
    [
      "seconds from PostgreSQL's return to the next word, p50, p99",
      `${figures.recoveries.length}, ${[0.5, 0.99].map((share) => quantile(figures.recoveries, share).toFixed(1)).join(', ')}`,
    ],
    ['takeovers, seconds p50, p99, longest', takeoversIn(figures.takeovers)],
    ['… while PostgreSQL was there', takeoversIn(figures.takeovers.filter(({ databaseAway }) => !databaseAway))],
  ]
  return [...rows.map(([name, value]) => `${name.padEnd(60)} ${value}`), ...longestTakeovers(figures)].join('\n')
}

function takeoversIn(takeovers: readonly Takeover[]): string {
  const seconds = takeovers.map((takeover) => takeover.seconds)
  return `${seconds.length}, ${[0.5, 0.99, 1].map((share) => quantile(seconds, share).toFixed(1)).join(', ')}`
}

/** What was the matter where a takeover took longest, in seconds from the last word before it. */
function longestTakeovers({ takeovers }: Figures): string[] {
  const longest = takeovers.toSorted((one, other) => other.seconds - one.seconds).slice(0, 5)
  return longest.map(({ seconds, faults }) => `  ${seconds.toFixed(1)} s: ${faults.join(', ')}`)
}

/** What is known of one violation: the run's journal as it was kept and seen, and the faults around it. */
export function formatViolation(violation: Violation, evidence: Evidence): string {
  const { history, store } = evidence
  const lines = [`${violation.invariant}: ${violation.text}`]
  const run = store.runs.find(({ id }) => id === violation.runId)
  if (run === undefined) return lines.join('\n')
  lines.push(`  run ${JSON.stringify(run)}`)
  for (const event of store.events.filter(({ run_id }) => run_id === run.id)) {
    lines.push(`  kept ${event.seq} (epoch ${event.epoch}) ${event.payload.slice(0, 160)}`)
  }
  for (const row of store.usage.filter(({ run_id }) => run_id === run.id)) lines.push(`  usage ${JSON.stringify(row)}`)
  for (const item of store.items.filter(({ run_id }) => run_id === run.id)) lines.push(`  item ${JSON.stringify(item)}`)
  for (const send of history.sends.filter((each) => each.replies.some(({ started }) => started?.runId === run.id))) {
    lines.push(`  sent at ${Math.round(send.at)}: ${JSON.stringify({ ...send, text: send.text.slice(0, 200) })}`)
    for (const call of evidence.upstream.filter(({ mark }) => mark === send.mark)) {
      lines.push(`  model call ${JSON.stringify(call)}`)
    }
  }
  for (const reader of history.readers.filter(({ runId }) => runId === run.id)) {
    const [first, last] = [reader.events[0], reader.events.at(-1)]
    const span = `${first?.seq} at ${Math.round(first?.at ?? 0)} to ${last?.seq} at ${Math.round(last?.at ?? 0)}`
    lines.push(`  read ${span}, ${reader.connections} connections, ended ${reader.ended}`)
  }
  const times = history.readers
    .filter(({ runId }) => runId === run.id)
    .flatMap((reader) => reader.events.map(({ at }) => at))
  const [from, to] = [Math.min(...times) - 3000, Math.max(...times) + 3000]
  for (const fault of history.faults.filter((each) => each.until > from && each.at < to)) {
    lines.push(`  fault ${Math.round(fault.at)}–${Math.round(fault.until)} ${fault.name}: ${fault.detail}`)
  }
  return lines.join('\n')
}
