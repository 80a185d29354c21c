import { incompleteReasonSchema } from '@ai-assistant/contract'
import { Counter, Histogram, type Registry } from 'prom-client'

export function createRunMetrics(registers: Registry[]) {
  const metrics = {
    runsStarted: new Counter({
      name: 'runs_started_total',
      help: 'Answers started, by kind: submit, regenerate, continue',
      labelNames: ['kind'],
      registers,
    }),
    runsParked: new Counter({
      name: 'runs_parked_total',
      help: 'Times that an answer began to wait for a person',
      registers,
    }),
    runsEnded: new Counter({
      name: 'runs_ended_total',
      help: 'Answers by how they ended, and whether a worker had been lost under them',
      labelNames: ['state', 'reason', 'resumed'],
      registers,
    }),
    takeovers: new Counter({ name: 'run_takeovers_total', help: 'Answers taken over from a lost worker', registers }),
    resumeGapSeconds: new Histogram({
      name: 'run_resume_gap_seconds',
      help: "From a lost worker's last sign of life to its answer's next commit by another",
      buckets: [0.5, 1, 2, 4, 6, 8, 10, 15, 30, 60],
      registers,
    }),
    overheadSeconds: new Histogram({
      name: 'first_token_overhead_seconds',
      help: "From a question's arrival to the answer's first token in the journal, without the time the model took",
      labelNames: ['model'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    longestPauseSeconds: new Histogram({
      name: 'answer_longest_pause_seconds',
      help: 'The longest pause that readers saw within the text of one model call',
      labelNames: ['model'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    }),
  }
  // From zero on: what begins with its first event has no rate when it matters.
  for (const resumed of ['true', 'false']) {
    for (const state of ['complete', 'failed', 'cancelled'])
      metrics.runsEnded.inc({ state, reason: 'none', resumed }, 0)
    for (const reason of incompleteReasonSchema.options)
      metrics.runsEnded.inc({ state: 'incomplete', reason, resumed }, 0)
  }
  return metrics
}
