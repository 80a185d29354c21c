import about from '../package.json' with { type: 'json' }
import type { ToolCallRecord } from './tool.ts'

/** Counters and histograms in Prometheus' text format (0.0.4). Labels are bounded: known paths and registered tools only. */
export interface Metrics {
  countRequest(method: string, path: string, status: number, seconds: number): void
  countCall(record: ToolCallRecord): void
  render(): string
}

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60]

interface Series {
  count: number
  seconds: number
  /** How many took at most each bucket's time. */
  within: number[]
}

export function createMetrics(): Metrics {
  const requests = new Map<string, Series>()
  const calls = new Map<string, Series>()
  const started = Date.now() / 1000
  return {
    countRequest(method, path, status, seconds) {
      observe(requests, `method="${method}",path="${path}",status="${status}"`, seconds)
    },
    countCall({ tool, outcome, milliseconds }) {
      observe(calls, `tool="${tool}",outcome="${outcome}"`, milliseconds / 1000)
    },
    render() {
      return [
        ...counter('http_requests_total', 'Requests answered.', requests),
        ...histogram('http_request_duration_seconds', 'Time to the end of the answer.', requests),
        ...counter('mcp_tool_calls_total', 'Tool calls by outcome.', calls),
        ...histogram('mcp_tool_call_duration_seconds', 'Duration of tool calls.', calls),
        ...gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
        ...gauge('process_start_time_seconds', 'When this process started, in seconds since 1970.', started),
        ...head('build_info', 'gauge', 'Which version runs.'),
        `build_info{version="${about.version}"} 1`,
        '',
      ].join('\n')
    },
  }
}

function observe(all: Map<string, Series>, labels: string, seconds: number): void {
  const series = all.get(labels) ?? { count: 0, seconds: 0, within: BUCKETS.map(() => 0) }
  all.set(labels, {
    count: series.count + 1,
    seconds: series.seconds + seconds,
    within: series.within.map((count, at) => (seconds <= (BUCKETS[at] ?? 0) ? count + 1 : count)),
  })
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function gauge(name: string, help: string, value: number): string[] {
  return [...head(name, 'gauge', help), `${name} ${value}`]
}

function counter(name: string, help: string, all: Map<string, Series>): string[] {
  return [...head(name, 'counter', help), ...[...all].map(([labels, { count }]) => `${name}{${labels}} ${count}`)]
}

function histogram(name: string, help: string, all: Map<string, Series>): string[] {
  const samples = [...all].flatMap(([labels, { count, seconds, within }]) => [
    ...BUCKETS.map((bound, at) => `${name}_bucket{${labels},le="${bound}"} ${within[at] ?? 0}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${seconds}`,
    `${name}_count{${labels}} ${count}`,
  ])
  return [...head(name, 'histogram', help), ...samples]
}
