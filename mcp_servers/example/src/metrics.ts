import type { ToolCallRecord } from './tool.ts'

/** Counters in Prometheus' text format (version 0.0.4). Labels are bounded: known paths and registered tools only. */
export interface Metrics {
  countRequest(method: string, path: string, status: number, seconds: number): void
  countCall(record: ToolCallRecord): void
  render(): string
}

export function createMetrics(): Metrics {
  const requests = new Map<string, { count: number; seconds: number }>()
  const calls = new Map<string, { count: number; seconds: number }>()
  return {
    countRequest(method, path, status, seconds) {
      add(requests, `method="${method}",path="${path}",status="${status}"`, seconds)
    },
    countCall({ tool, outcome, milliseconds }) {
      add(calls, `tool="${tool}",outcome="${outcome}"`, milliseconds / 1000)
    },
    render() {
      return [
        ...lines('http_requests_total', 'counter', 'Requests answered.', requests, 'count'),
        ...lines('http_request_duration_seconds_sum', 'counter', 'Seconds spent answering them.', requests, 'seconds'),
        ...lines('mcp_tool_calls_total', 'counter', 'Tool calls by outcome.', calls, 'count'),
        ...lines('mcp_tool_call_seconds_total', 'counter', 'Seconds spent in tools.', calls, 'seconds'),
        '# HELP process_resident_memory_bytes Resident memory.',
        '# TYPE process_resident_memory_bytes gauge',
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        '',
      ].join('\n')
    },
  }
}

function add(series: Map<string, { count: number; seconds: number }>, labels: string, seconds: number): void {
  const entry = series.get(labels) ?? { count: 0, seconds: 0 }
  series.set(labels, { count: entry.count + 1, seconds: entry.seconds + seconds })
}

function lines(
  name: string,
  type: string,
  help: string,
  series: Map<string, { count: number; seconds: number }>,
  figure: 'count' | 'seconds',
): string[] {
  const samples = [...series].map(([labels, entry]) => `${name}{${labels}} ${entry[figure]}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples]
}
