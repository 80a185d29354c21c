import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What this process measures of itself. Labels are bounded: route patterns, models, servers, outcomes; never an id. */
export function createMetrics(options: { runs: () => number; readers: () => number; pool: () => PoolStats }) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  new Gauge({
    name: 'runs_active',
    help: 'Answers this process writes now',
    registers,
    collect() {
      this.set(options.runs())
    },
  })
  new Gauge({
    name: 'stream_readers',
    help: 'Open event streams of this process',
    registers,
    collect() {
      this.set(options.readers())
    },
  })
  new Gauge({
    name: 'database_connections',
    help: 'Connections to the database, by state',
    labelNames: ['state'],
    registers,
    collect() {
      const { open, idle, waiting } = options.pool()
      this.set({ state: 'open' }, open)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
  return {
    registry,
    ...createHttpMetrics(registers),
    ...createRunMetrics(registers),
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
  }
}

export type Metrics = ReturnType<typeof createMetrics>

interface PoolStats {
  open: number
  idle: number
  waiting: number
}

function createHttpMetrics(registers: Registry[]) {
  return {
    requests: new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'path', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to the end of the answer; for streams, to their first byte',
      labelNames: ['method', 'path', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  }
}

function createRunMetrics(registers: Registry[]) {
  return {
    tokens: new Counter({
      name: 'openai_tokens_used_total',
      help: 'Tokens used, as the model counts them',
      labelNames: ['model', 'kind'],
      registers,
    }),
    modelCalls: new Counter({
      name: 'model_calls_total',
      help: 'Model calls by outcome',
      labelNames: ['model', 'outcome'],
      registers,
    }),
    firstTokenSeconds: new Histogram({
      name: 'time_to_first_token_seconds',
      help: "From the model call's start to its first token",
      labelNames: ['model'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    }),
    stallSeconds: new Histogram({
      name: 'token_stall_seconds',
      help: 'Time between two deltas of one answer',
      labelNames: ['model'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
      registers,
    }),
    toolCalls: new Counter({
      name: 'tool_calls_total',
      help: 'Tool calls by server and outcome',
      labelNames: ['server', 'outcome'],
      registers,
    }),
    toolSeconds: new Histogram({
      name: 'tool_call_duration_seconds',
      help: 'Duration of tool calls',
      labelNames: ['server'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
      registers,
    }),
    runsEnded: new Counter({
      name: 'runs_ended_total',
      help: 'Answers by how they ended',
      labelNames: ['state'],
      registers,
    }),
    takeovers: new Counter({ name: 'run_takeovers_total', help: 'Answers taken over from a lost worker', registers }),
  }
}
