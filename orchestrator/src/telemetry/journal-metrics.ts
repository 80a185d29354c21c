import { Counter, Histogram, type Registry } from 'prom-client'

export function createJournalMetrics(registers: Registry[]) {
  return {
    commitSeconds: new Histogram({
      name: 'journal_commit_seconds',
      help: "Duration of the journal's group commits",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    }),
    commitRows: new Histogram({
      name: 'journal_commit_rows',
      help: "Events in one of the journal's group commits",
      buckets: [1, 2, 5, 10, 20, 50, 100, 500, 2000],
      registers,
    }),
    spans: new Counter({
      name: 'trace_spans_total',
      help: 'Spans of traces that were sent to the collector, or dropped because it did not take them',
      labelNames: ['outcome'],
      registers,
    }),
    choreFailures: new Counter({
      name: 'chore_failures_total',
      help: 'Housekeeping that failed and is tried again, by chore',
      labelNames: ['chore'],
      registers,
    }),
  }
}
