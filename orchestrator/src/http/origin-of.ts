import type { FastifyRequest } from 'fastify'
import type { AuditOrigin } from '../audit/record-audit.ts'

/** Where a request came from, for the audit log: the peer's address, or what a trusted proxy says of it. */
export function originOf(request: FastifyRequest): AuditOrigin {
  return { address: request.ip, requestId: request.id }
}
