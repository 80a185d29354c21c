import { parseTraceparent, type TraceContext } from '@ai-assistant/telemetry/trace-context'
import { type Span, silentSpan, type Tracer } from '@ai-assistant/telemetry/tracer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request is in its trace; null before its head was read. */
    span: Span | null
  }
}

/** Looked at every few seconds by machines: they would be most of all traces. */
const probes = new Set(['/health', '/ready', '/metrics'])

/** One span a request, from its head to the end of its answer, in the caller's trace; and one line in a detailed log. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  app.decorateRequest('span', null)
  app.addHook('onRequest', async (request) => {
    const parent = parseTraceparent(request.headers.traceparent)
    const route = request.routeOptions.url ?? 'unknown'
    if (probes.has(route)) request.span = silentSpan(parent)
    else {
      const attributes = { 'http.request.method': request.method, 'http.route': route }
      request.span = tracer.start(`${request.method} ${route}`, { kind: 'server', parent, attributes })
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    const { span } = request
    const { statusCode } = reply.raw
    if (span?.recording === true) {
      span.set({ 'http.response.status_code': statusCode, 'user_agent.original': request.headers['user-agent'] })
      if (statusCode >= 500) span.fail(String(statusCode))
    }
    span?.end()
    const path = request.routeOptions.url ?? 'unknown'
    const ms = Math.round(reply.elapsedTime)
    request.log.debug(
      { request: request.id, trace: traceOf(request), method: request.method, path, status: statusCode, ms },
      'Answered a request',
    )
  })
}

/** By which a line in the log is found, beside the request's own id. */
export function traceOf(request: FastifyRequest): string | undefined {
  return request.span?.context?.traceId
}

/** What an answer takes over from the request that starts it. */
export function arrivalOf(
  request: FastifyRequest,
  reply: FastifyReply,
): { receivedAt: number; requestId: string; trace: TraceContext | null } {
  const trace = request.span?.context ?? null
  return { receivedAt: performance.now() - reply.elapsedTime, requestId: request.id, trace }
}
