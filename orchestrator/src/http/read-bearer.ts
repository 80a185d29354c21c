import type { FastifyRequest } from 'fastify'

/**
 * The bearer token of a request, or null where it has none. A request that has one is judged by it alone: its cookies are
 * not read, and no other site's page can have made a browser send it.
 */
export function readBearer({ headers }: Pick<FastifyRequest, 'headers'>): string | null {
  return /^bearer +(\S*) *$/i.exec(headers.authorization ?? '')?.[1] ?? null
}
