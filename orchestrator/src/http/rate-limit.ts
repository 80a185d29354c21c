import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressKey } from '../limits/address-key.ts'
import type { AnswerLimits, AnswerStanding } from '../limits/count-answer.ts'
import type { LimitedKind, LimitVerdict, RequestLimiter } from '../limits/request-limiter.ts'
import { HttpProblem } from './problem.ts'

/**
 * Counts a call against the limit of its route: by person, or by address where nobody is signed in. Tells how things stand
 * in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and throws `rate_limited` beyond it.
 */
export async function countRequest(
  limiter: RequestLimiter,
  call: { kind: LimitedKind; personId: string | null; request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  const { kind, personId, request, reply } = call
  const verdict = await limiter.count(kind, personId ?? addressKey(request.ip))
  reply.headers(headersOf(verdict))
  if (verdict.admitted) return
  const retryAfterSeconds = Math.max(1, verdict.seconds)
  throw new HttpProblem('rate_limited', `Slow down: try again in ${retryAfterSeconds} seconds.`, {
    context: { retryAfterSeconds },
  })
}

function headersOf({ kind, limit, remaining, seconds }: LimitVerdict): Record<string, string> {
  return {
    'ratelimit-policy': `"${kind}";q=${limit};w=60`,
    ratelimit: `"${kind}";r=${remaining};t=${seconds}`,
  }
}

/** The same two headers for the limits of started answers. */
export function answerHeaders(limits: AnswerLimits, standing: AnswerStanding): Record<string, string> {
  return {
    'ratelimit-policy': `"answers-minute";q=${limits.perMinute};w=60, "answers-hour";q=${limits.perHour};w=3600`,
    ratelimit: [
      `"answers-minute";r=${standing.leftThisMinute};t=${standing.minuteSeconds}`,
      `"answers-hour";r=${standing.leftThisHour};t=${standing.hourSeconds}`,
    ].join(', '),
  }
}

/** How many streams each person has open here. A stream beyond `limit` is refused with `rate_limited`. */
export class OpenStreams {
  readonly #open = new Map<string, number>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  enter(personId: string, reply: FastifyReply): void {
    const open = this.#open.get(personId) ?? 0
    if (open >= this.#limit) {
      throw new HttpProblem('rate_limited', `You have ${open} streams open, as many as are allowed: close one first.`)
    }
    this.#open.set(personId, open + 1)
    reply.raw.once('close', () => this.#leave(personId))
  }

  #leave(personId: string): void {
    const open = (this.#open.get(personId) ?? 1) - 1
    if (open === 0) this.#open.delete(personId)
    else this.#open.set(personId, open)
  }
}

/** Of a body that is not a question with its images. */
export const SMALL_BODY_BYTES = 256 * 1024

/**
 * How many large bodies of each person are read and stored here. Each is in memory several times over until it is stored, so
 * one beyond `limit` is refused before it is read.
 */
export class LargeBodies {
  readonly #open = new Map<string, number>()
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  enter(personId: string, request: FastifyRequest, reply: FastifyReply): void {
    const length = request.headers['content-length']
    // One that does not say how long it is may be of any length.
    const large =
      length === undefined ? request.headers['transfer-encoding'] !== undefined : Number(length) > SMALL_BODY_BYTES
    if (!large) return
    const open = this.#open.get(personId) ?? 0
    if (open >= this.#limit) {
      const detail = `You are sending ${open} large messages already, as many as are allowed: wait for one of them.`
      throw new HttpProblem('rate_limited', detail, { context: { retryAfterSeconds: 1 } })
    }
    this.#open.set(personId, open + 1)
    let counted = true
    const leave = (): void => {
      if (counted) this.#leave(personId)
      counted = false
    }
    request.bodyStored = leave
    reply.raw.once('close', leave)
  }

  #leave(personId: string): void {
    const open = (this.#open.get(personId) ?? 1) - 1
    if (open === 0) this.#open.delete(personId)
    else this.#open.set(personId, open)
  }
}
