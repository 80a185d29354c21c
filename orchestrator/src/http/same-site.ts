import type { FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'
import { readBearer } from './read-bearer.ts'

/**
 * Refuses what another site's page makes a signed-in browser send (CSRF). A browser says where a request comes from, in
 * `Sec-Fetch-Site` or `Origin`; a client that says neither is no browser, and carries no cookie by accident. `same-site`
 * is not enough: a neighbour on a sibling domain is not us. A bearer token is no cookie: whoever sends it means to.
 */
export function refuseCrossSite(request: FastifyRequest, allowedOrigins: ReadonlySet<string>): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  if (readBearer(request) !== null) return
  const { origin } = request.headers
  if (origin !== undefined && allowedOrigins.has(origin)) return
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return
  if (site === undefined && (origin === undefined || sameHost(origin, request.headers.host))) return
  throw new HttpProblem('cross_site', 'Send this from the app itself, or list the page’s origin in ALLOWED_ORIGINS.')
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
