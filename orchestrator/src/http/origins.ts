import type { FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'
import { readBearer } from './read-bearer.ts'

/** Whose pages may call this API, and from where. */
export interface Origins {
  /** Of the app itself. */
  publicUrl: string
  /** Of other pages, which may call the API's host with a bearer token. */
  allowed: readonly string[]
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const HEADERS = 'authorization, content-type, idempotency-key, last-event-id, traceparent, x-request-id'
const EXPOSED =
  'content-disposition, idempotent-replayed, ratelimit, ratelimit-policy, retry-after, x-conversation-id, x-request-id, x-run-id'

/** Seconds a browser may remember the answer to a preflight. */
const MAX_AGE = '600'

/**
 * Refuses what another site's page makes a browser do, and lets the pages of named origins call the API's host (CORS). On
 * the app's own host only the app speaks: no other page may read anything there. No answer ever allows credentials, so a
 * page elsewhere has a bearer token of its own or none at all. Answers preflights; true where it has.
 */
export function checkOrigin(request: FastifyRequest, reply: FastifyReply, origins: Origins): boolean {
  // The API's host takes bearer tokens only, whoever stands before it.
  if (request.host.startsWith('api.')) delete request.headers.cookie
  const app = new URL(origins.publicUrl)
  const shared = request.host !== app.host
  if (shared) reply.header('vary', 'Origin')
  const { origin } = request.headers
  const named = origin !== undefined && (origin === app.origin || origins.allowed.includes(origin))
  if (shared && named) {
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED })
    if (isPreflight(request)) {
      reply.headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': HEADERS,
        'access-control-max-age': MAX_AGE,
      })
      void reply.code(204).send()
      return true
    }
  }
  if (!isHarmless(request, named, app)) {
    throw new HttpProblem('cross_site', 'Send this from the app itself, or list the page’s origin in ALLOWED_ORIGINS.')
  }
  return false
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

/**
 * Whether no page of another site can have sent it with a person's cookie (CSRF). A browser says where a request comes from,
 * in `Sec-Fetch-Site` or `Origin`; a client that says neither is no browser, and carries no cookie by accident. `same-site`
 * is not enough: a neighbour on a sibling domain is not us. A bearer token is no cookie: whoever sends it means to.
 */
function isHarmless(request: FastifyRequest, named: boolean, app: URL): boolean {
  const { origin, cookie, host } = request.headers
  if (request.method === 'GET' || request.method === 'HEAD' || readBearer(request) !== null) return true
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return true
  if (named) return origin === app.origin || cookie === undefined
  if (site !== undefined) return false
  // Where it is reached by another name than its own, such as a port of this machine, that name has pages of its own.
  return origin === undefined || (request.host !== app.host && sameHost(origin, host))
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
