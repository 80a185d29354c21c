import type { FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

/** Long enough for any key that is meant as one, and kept whole: of two long ones the ends may be all that differs. */
const MAX_KEY = 200

/** The key by which a request that is sent again is known. */
export function readKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'] ?? ''
  if (typeof key === 'string' && key.length <= MAX_KEY) return key === '' ? null : key
  throw new HttpProblem('invalid_request', `Idempotency-Key: send at most ${MAX_KEY} characters`)
}
