import { Counter, Histogram, type Registry } from 'prom-client'

export function createToolMetrics(registers: Registry[]) {
  return {
    toolCalls: new Counter({
      name: 'tool_calls_total',
      help: 'Tool calls by server and outcome: done, failed (the tool said so), broken (its server did), unknown, denied',
      labelNames: ['server', 'outcome'],
      registers,
    }),
    toolSeconds: new Histogram({
      name: 'tool_call_duration_seconds',
      help: 'Duration of tool calls that were answered',
      labelNames: ['server'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
      registers,
    }),
    toolBytes: new Counter({
      name: 'tool_context_bytes_total',
      help: "Bytes that tools' results added to the model's context, by server",
      labelNames: ['server'],
      registers,
    }),
  }
}
