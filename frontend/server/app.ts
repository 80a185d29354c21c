import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Health, Ready } from '@ai-assistant/contract'
import { hasManyHosts, originForm } from '@ai-assistant/contract/request-target'
import { formatTraceparent, parseTraceparent } from '@ai-assistant/telemetry/trace-context'
import { type Span, silentTracer, type Tracer } from '@ai-assistant/telemetry/tracer'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { Agent } from 'undici'
import { type Assets, findAsset, sendAsset } from './assets.ts'
import type { ServerConfig } from './config.ts'
import { forward, type ForwardFailure, type Forwarding, forwardedMethods } from './forward.ts'
import { answerMalformed } from './malformed.ts'
import { createMetrics, mayReadMetrics } from './metrics.ts'
import { problemType, toProblem } from './problem.ts'
import { securityHeaders } from './security-headers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds until the head of an answer that was passed on; null for our own. */
    headMs: number | null
  }
}

export interface AppParts {
  config: ServerConfig
  assets: Assets
  version: string
  log: FastifyBaseLogger
  /** Absent: tracing is off. */
  tracer?: Tracer
}

/** A client that came to a dead end comes back after this many seconds; a restart takes about as long. */
const retryAfter = '1'

/** A request that takes longer to be sent is cut, as the orchestrator cuts its own, in milliseconds. */
const sendingTimeout = 60_000

/** How long the orchestrator may take to say that it lives, in milliseconds. */
const readyTimeout = 2_000

/** Streams have no end of their own: a server that closes lets them go after this long, in milliseconds. */
const streamGrace = 1_000

/** The web app's server: gives out the app, and passes `/api` and `/v1` on, so that the browser sees one origin. */
export function createApp({ config, assets, version, log, tracer = silentTracer }: AppParts): FastifyInstance {
  const metrics = createMetrics(version)
  const headers = securityHeaders(config.https)
  const dispatcher = new Agent({ connectTimeout: 5_000, keepAliveTimeout: 4_000 })
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies,
    forceCloseConnections: 'idle',
    requestTimeout: sendingTimeout,
    rewriteUrl: originForm,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    // These come before any hook.
    frameworkErrors: refuseAddress(headers),
    clientErrorHandler: answerMalformed(headers),
  })

  app.decorateRequest('headMs', null)
  // Bodies are passed on as they come; none is read here.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    if (!hasManyHosts(request.raw)) return undefined
    return sendProblem(reply, toProblem('invalid_request', request.id, 'A request names one host.'))
  })
  app.addHook('onResponse', async (request, reply) => {
    const path = patternOf(request)
    const seconds = (request.headMs ?? reply.elapsedTime) / 1000
    metrics.countRequest({ method: request.method, path, status: reply.raw.statusCode, seconds })
  })

  addOwnRoutes(app, { config, assets, version, metrics, dispatcher })
  const forwarding = { origin: config.orchestratorUrl, dispatcher, headers }
  const handler = forwardRoute(config, forwarding, log, tracer)
  for (const url of ['/api/*', '/v1/*']) app.route({ method: [...forwardedMethods], url, handler })
  app.get('/*', (request, reply) => {
    const asset = findAsset(assets, request)
    if (asset) return sendAsset(asset, request, reply)
    return sendProblem(reply, toProblem('not_found', request.id, 'There is nothing at this address.'))
  })
  refuseTheRest(app, log)

  app.addHook('preClose', () => void letGo(app))
  app.addHook('onClose', () => dispatcher.destroy())
  return app
}

interface OwnParts {
  config: ServerConfig
  assets: Assets
  version: string
  metrics: ReturnType<typeof createMetrics>
  dispatcher: Agent
}

/** What this server says of itself. */
function addOwnRoutes(app: FastifyInstance, { config, assets, version, metrics, dispatcher }: OwnParts): void {
  app.get('/health', async (): Promise<Health> => ({ status: 'ok', version }))
  app.get('/ready', async (_request, reply): Promise<Ready> => {
    const orchestrator = await askHealth(dispatcher, config.orchestratorUrl)
    const ready = orchestrator.ok && assets.size > 0
    reply.code(ready ? 200 : 503)
    return {
      status: ready ? 'ready' : 'not-ready',
      checks: { orchestrator, assets: { ok: assets.size > 0 } },
    }
  })
  app.get('/metrics', async (request, reply) => {
    if (!config.metrics) return sendProblem(reply, toProblem('not_found', request.id, 'PROMETHEUS_ENABLED is off.'))
    if (!mayReadMetrics(request, config.metricsToken)) {
      return sendProblem(reply, toProblem('unauthenticated', request.id, 'Show METRICS_TOKEN as a bearer token.'))
    }
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

function refuseTheRest(app: FastifyInstance, log: FastifyBaseLogger): void {
  app.setNotFoundHandler((request, reply) => {
    const allowed = staysBelow(request.url) ? forwardedMethods.join(', ') : 'GET, HEAD'
    const detail = `Here are: ${allowed}.`
    return sendProblem(reply.header('allow', allowed), toProblem('method_not_allowed', request.id, detail))
  })
  app.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const code = status === 415 ? 'unsupported_media_type' : 'invalid_request'
      return sendProblem(reply, toProblem(code, request.id, error instanceof Error ? error.message : '', status))
    }
    log.error({ err: error, request: request.id }, 'A request failed')
    return sendProblem(reply, toProblem('internal', request.id, 'Try again in a moment.'))
  })
}

function refuseAddress(headers: Record<string, string>) {
  return (_error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    void sendProblem(reply.headers(headers), toProblem('invalid_request', request.id, 'This is no address.'))
  }
}

function forwardRoute(config: ServerConfig, forwarding: Forwarding, log: FastifyBaseLogger, tracer: Tracer) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (!staysBelow(request.url)) {
      return sendProblem(reply, toProblem('not_found', request.id, 'There is nothing at this address.'))
    }
    if (Number(request.headers['content-length'] ?? 0) > config.uploadMaxBytes) {
      const detail = `The body may have ${config.uploadMaxBytes} bytes at most.`
      return sendProblem(reply.header('connection', 'close'), toProblem('body_too_large', request.id, detail))
    }
    const { protocol, host, id: requestId } = request
    const onHead = () => void (request.headMs = reply.elapsedTime)
    const span = startSpan(request, tracer)
    const trace = span.recording && span.context ? { traceparent: formatTraceparent(span.context) } : {}
    reply.hijack()
    const failure = await forward(request.raw, reply.raw, { protocol, host, requestId, onHead, trace }, forwarding)
    endSpan(span, reply, failure)
    if (failure === null || reply.raw.destroyed) return reply
    log.warn({ request: requestId, trace: span.context?.traceId, ...failure }, 'The orchestrator could not be asked')
    const problem = toProblem(
      'unavailable',
      request.id,
      'The orchestrator does not answer. Try again in a moment.',
      502,
    )
    reply.raw.writeHead(502, { ...forwarding.headers, 'content-type': problemType, 'retry-after': retryAfter })
    reply.raw.end(JSON.stringify(problem))
    // What is still being sent has nowhere to go.
    request.raw.unpipe()
    request.raw.resume()
    return reply
  }
}

function startSpan(request: FastifyRequest, tracer: Tracer): Span {
  const path = patternOf(request)
  return tracer.start(`${request.method} ${path}`, {
    kind: 'server',
    parent: parseTraceparent(request.headers['traceparent']),
    attributes: { 'http.request.method': request.method, 'http.route': path },
  })
}

function endSpan(span: Span, reply: FastifyReply, failure: ForwardFailure | null): void {
  span.set({ 'http.response.status_code': failure === null ? reply.raw.statusCode : 502 })
  if (failure !== null) span.fail(failure.code, failure.message)
  span.end()
}

/** A route's pattern; a question is told from all else that is passed on, because its fate is what matters most. */
function patternOf(request: FastifyRequest): string {
  const pattern = request.routeOptions.url ?? 'none'
  const path = request.url.split('?', 1)[0] ?? ''
  return pattern === '/api/*' && path === '/api/chat' ? path : pattern
}

/** A path that climbs out with dots could reach what is not to be forwarded, such as `/metrics`. */
function staysBelow(url: string): boolean {
  const path = URL.parse(url, 'http://localhost')?.pathname ?? ''
  return /^\/(api|v1)\//.test(path)
}

async function askHealth(dispatcher: Agent, url: string): Promise<{ ok: boolean; detail?: string }> {
  try {
    const signal = AbortSignal.timeout(readyTimeout)
    const { statusCode, body } = await dispatcher.request({
      origin: url,
      path: '/health',
      method: 'GET',
      signal,
    })
    await body.dump()
    return statusCode === 200 ? { ok: true } : { ok: false, detail: `It answers ${statusCode}.` }
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) }
  }
}

async function letGo(app: FastifyInstance): Promise<void> {
  await sleep(streamGrace, undefined, { ref: false })
  app.server.closeAllConnections()
}

function sendProblem(reply: FastifyReply, problem: ReturnType<typeof toProblem>): FastifyReply {
  return reply.code(problem.status).type(problemType).send(JSON.stringify(problem))
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{8,128}$/.test(header) ? header : randomUUID()
}
