import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  /** `path` is the route's pattern, never the address, which could be anything. */
  countRequest: (request: { method: string; path: string; status: number; seconds: number }) => void
}

/** Gauges that are called like counters, which `promtool check metrics` refuses; the same without `_total` are kept. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  const labelNames = ['method', 'path', 'status'] as const
  const total = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time until the answer was complete; for what is passed on, until its head was',
    labelNames,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: [registry],
  })
  new Gauge({ name: 'build_info', help: 'Which version runs', labelNames: ['version'], registers: [registry] }).set(
    { version },
    1,
  )
  // From zero on: what begins with its first event has no rate when it matters.
  for (const status of ['200', '502']) total.inc({ method: 'POST', path: '/api/chat', status }, 0)
  return {
    registry,
    countRequest: ({ method, path, status, seconds }) => {
      const labels = { method, path, status: String(status) }
      total.inc(labels)
      duration.observe(labels, seconds)
    },
  }
}

/** This machine's own scrapers, and whoever shows the token; never what came through a proxy that runs here. */
export function mayReadMetrics(request: FastifyRequest, token: string | null): boolean {
  const shown = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token !== null && shown !== undefined && sameText(shown, token)) return true
  const forwarded = request.headers['x-forwarded-for'] ?? request.headers['forwarded'] ?? request.headers['x-real-ip']
  return forwarded === undefined && /^(::1$|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '')
}

function sameText(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
