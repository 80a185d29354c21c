import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Route, type RouteName, routes } from '@ai-assistant/contract'
import { hasManyHosts, originForm } from '@ai-assistant/contract/request-target'
import type { Tracer } from '@ai-assistant/telemetry/tracer'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import { cleanJson } from '../lib/clean-text.ts'
import { newId } from '../lib/new-id.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { admit, type Authenticate, type Caller, type DoorLimits } from './admit.ts'
import { measure } from './measure.ts'
import { offeredMethods } from './offered-methods.ts'
import { HttpProblem, retryAfter, toInvalidRequest, toProblem } from './problem.ts'
import { SMALL_BODY_BYTES } from './rate-limit.ts'
import type { Handler, Handlers } from './route.ts'
import { answerMalformed } from './malformed.ts'
import { speaksOpenAi, toOpenAiError } from './openai/to-openai-error.ts'
import { checkOrigin, type Origins } from './origins.ts'
import type { StandingWatch } from './standing-watch.ts'
import { safeHeaders } from './safe-headers.ts'
import { traceOf, traceRequests } from './trace-requests.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the body as it was sent. */
    bodyHash: Buffer
    /** Who calls, and by which credential; null on routes that anyone may call. */
    caller: Caller | null
    /** What was sent is stored: its sender may send the next large body. Called again, or for a small one, it does nothing. */
    bodyStored: () => void
  }
}

/** Values in a body: the longest chat that a client of the AI SDK sends along has fewer. */
const MAX_BODY_VALUES = 100_000

/** How long a sender may take for its headers, and for its whole request; looked at so often. Milliseconds. */
interface Patience {
  headersMs: number
  requestMs: number
  lookMs: number
}

const PATIENCE: Patience = { headersMs: 10_000, requestMs: 60_000, lookMs: 5_000 }

export type HttpServer = FastifyInstance

export interface ServerOptions {
  handlers: Handlers
  authenticate: Authenticate
  standing: StandingWatch
  /** null: nothing is limited. */
  limits: DoorLimits | null
  log: Logger
  metrics: Metrics
  tracer: Tracer
  metricsToken: string | null
  origins: Origins
  trustedProxies: readonly string[]
  maxBodyBytes: number
  /** True once this process stops: new work is refused. */
  draining: () => boolean
  patience?: Patience
}

/** The door: every route of the contract, checked before its handler runs, and every error in one shape. */
export function createServer(options: ServerOptions): FastifyInstance {
  const headers = safeHeaders(options.origins.publicUrl)
  const { patience = PATIENCE } = options
  const app: FastifyInstance = fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost as much as three lines; ours say themselves which request they are about.
    childLoggerFactory: (logger) => logger,
    bodyLimit: options.maxBodyBytes,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: newId,
    // These come before any hook.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply.headers(headers)),
    clientErrorHandler: answerMalformed(headers),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300 },
    rewriteUrl: originForm,
    requestTimeout: patience.requestMs,
    http: { headersTimeout: patience.headersMs, connectionsCheckingInterval: patience.lookMs },
  })
  // Asked for once, a peer's address stays known when the connection is gone: the audit log and the limits need it then.
  app.server.on('connection', (socket) => void socket.remoteAddress)
  hashBodies(app)
  measure(app, options.metrics)
  traceRequests(app, options.tracer)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...headers })
    if (hasManyHosts(request.raw)) throw new HttpProblem('invalid_request', 'A request names one host.')
    if (checkOrigin(request, reply, options.origins)) return reply
    return undefined
  })
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  app.setNotFoundHandler((request, reply) => sendProblem(noRoute(request, reply), request, reply))
  app.addHook('onClose', async () => options.standing.close())
  for (const name of Object.keys(routes) as RouteName[]) addRoute(app, name, options)
  return app
}

function noRoute({ method, url }: FastifyRequest, reply: FastifyReply): HttpProblem {
  const path = url.split('?', 1)[0] ?? ''
  const offered = offeredMethods(path)
  if (offered.length === 0) return new HttpProblem('not_found', `${method} ${path} is no route of this API.`)
  reply.header('allow', offered.join(', '))
  return new HttpProblem('method_not_allowed', `${path} offers ${offered.join(', ')}.`)
}

function addRoute(app: FastifyInstance, name: RouteName, options: ServerOptions): void {
  const route: Route = routes[name]
  // The table has one handler type a route; here, where they are all alike, the call was checked against its schemas.
  const handle = options.handlers[name] as Handler<'getSession'>
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: Math.min(route.limit === 'answer' ? options.maxBodyBytes : SMALL_BODY_BYTES, options.maxBodyBytes),
    // Before the body is read: strangers cost no more than their headers.
    onRequest: async (request, reply) => {
      request.caller = await admit(route, request, reply, options)
      if (request.caller !== null) options.standing.watch(request, reply, request.caller)
    },
    handler: async (request, reply) => {
      const { caller } = request
      const call = {
        params: parse(route.params, 'params', request.params),
        query: parse(route.query, 'query', request.query),
        body: parse(route.body, 'body', request.body),
        person: caller?.person ?? null,
        caller,
        request,
        reply,
      }
      const answer: unknown = await handle(call as Parameters<typeof handle>[0])
      if (reply.sent || route.answer === 'stream') return reply
      if (route.answer === 'empty') return reply.code(204).send()
      if (route.answer === 'lines') return sendLines(reply, answer as AsyncIterable<unknown>)
      if (reply.statusCode === 200 && route.status !== undefined) reply.code(route.status)
      return reply.send(answer)
    },
  })
}

/** As fast as they are taken: of a long export no more than a page is in memory. */
function sendLines(reply: FastifyReply, answer: AsyncIterable<unknown>): FastifyReply {
  const lines = async function* (): AsyncGenerator<string> {
    for await (const piece of answer) yield `${JSON.stringify(piece)}\n`
  }
  return reply.type('application/x-ndjson').send(Readable.from(lines()))
}

function parse(schema: Route['body'], where: 'params' | 'query' | 'body', value: unknown): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(where === 'body' ? value : cleanJson(value))
  if (result.success) return result.data
  // An id that cannot be one is no object of anybody's.
  if (where === 'params') throw new HttpProblem('not_found')
  throw toInvalidRequest(where, result.error)
}

/** Parses JSON as Fastify does (prototype keys refused) into storable text, and keeps the hash idempotency compares. */
function hashBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.decorateRequest('bodyHash')
  app.decorateRequest('caller', null)
  app.decorateRequest('bodyStored', () => undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.bodyHash = createHash('sha256').update(body).digest()
    // A body-less DELETE or POST from a client that always names JSON is no mistake.
    if (body.length === 0) return done(null, undefined)
    return parseJson(request, body.toString('utf8'), (error, value) => {
      if (error === null && hasMoreValuesThan(value, MAX_BODY_VALUES)) {
        done(new HttpProblem('invalid_request', `The body holds more than ${MAX_BODY_VALUES} values`))
      } else if (error === null) done(null, cleanJson(value))
      else done(new HttpProblem('invalid_request', `The body is not valid JSON: ${error.message}`))
    })
  })
}

/** Looked at level by level, so that no nesting is too deep for it. */
function hasMoreValuesThan(root: unknown, limit: number): boolean {
  let count = 1
  for (let level = [root]; level.length > 0;) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
    count += level.length
    if (count > limit) return true
  }
  return false
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.id)
  if (problem.status >= 500)
    request.log.error({ err: error, request: request.id, trace: traceOf(request) }, problem.title)
  const wait = retryAfter(problem)
  if (wait !== null) reply.header('retry-after', String(wait))
  if (speaksOpenAi(request.url)) return reply.code(problem.status).send(toOpenAiError(problem))
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
