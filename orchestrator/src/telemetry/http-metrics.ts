import { Counter, Histogram, type Registry } from 'prom-client'

export function createHttpMetrics(registers: Registry[]) {
  const metrics = {
    callers: new Counter({
      name: 'authenticated_requests_total',
      help: 'Requests of known callers, by what they showed: session, key or token',
      labelNames: ['means'],
      registers,
    }),
    requests: new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'path', 'status'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to the end of the answer; for streams, to their head',
      labelNames: ['method', 'path', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
  }
  // From zero on: what begins with its first event has no rate when it matters, and these are what is promised.
  for (const path of ['/api/chat', '/v1/chat/completions']) {
    for (const status of ['200', '500', '503']) metrics.requests.inc({ method: 'POST', path, status }, 0)
  }
  return metrics
}
