import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../telemetry/metrics.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds until a stream's head was sent; null for whole answers. */
    headMs: number | null
  }
}

/** Counts and times every request by its route's pattern: an address could be anything. */
export function measure(app: FastifyInstance, metrics: Metrics): void {
  app.decorateRequest('headMs', null)
  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      path: request.routeOptions.url ?? 'unknown',
      status: String(reply.raw.statusCode),
    }
    metrics.requests.inc(labels)
    if (request.caller) metrics.callers.inc({ means: request.caller.means })
    metrics.requestSeconds.observe(labels, (request.headMs ?? reply.elapsedTime) / 1000)
  })
}
