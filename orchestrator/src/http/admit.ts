import { type Person, type Route, routes, type Scope } from '@ai-assistant/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LimitedKind, RequestLimiter } from '../limits/request-limiter.ts'
import { mayReadMetrics } from './peer.ts'
import { HttpProblem } from './problem.ts'
import { countRequest, type LargeBodies, type OpenStreams } from './rate-limit.ts'
import { readBearer } from './read-bearer.ts'

/** Who calls, and by which credential they showed it. */
export type Caller = { person: Person } & Credential

/**
 * A browser's session, or what a program calls with: a personal API key, or an access token made from one or the other. One that
 * is `recalled` was good some minutes ago: what is done for it requires it to be so now.
 */
export type Credential =
  | { means: 'session'; sessionId: string; beganAt: Date; recalled: boolean }
  | { means: 'key' | 'token'; scopes: readonly Scope[]; credentialId: string }

/**
 * The caller behind a request's credentials, or null where they are absent, unknown or ended. With `mayRecall` a session may be
 * `recalled`.
 */
export type Authenticate = (request: FastifyRequest, how?: { mayRecall: boolean }) => Promise<Caller | null>

/** What is counted at the door. */
export interface DoorLimits {
  requests: RequestLimiter
  streams: OpenStreams
  bodies: LargeBodies
}

interface Door {
  authenticate: Authenticate
  /** null: nothing is limited. */
  limits: DoorLimits | null
  metricsToken: string | null
  draining: () => boolean
}

/** Lets in who may call, as the route's entry in the contract says, before the body is read. */
export async function admit(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
): Promise<Caller | null> {
  if (route.limit === 'answer' && door.draining())
    throw new HttpProblem('draining', 'Another server takes this; try again.')
  const count = async (person: Person | null): Promise<void> => {
    const kind = kindOf(route, person)
    if (door.limits === null || kind === null) return
    await countRequest(door.limits.requests, { kind, personId: person?.id ?? null, request, reply })
  }
  if (route.auth === 'public') {
    await count(null)
    return null
  }
  if (route.auth === 'metrics') {
    if (!mayReadMetrics(request, door.metricsToken)) throw new HttpProblem('not_found')
    return null
  }
  const caller = await door.authenticate(request, { mayRecall: requiresSession(route) })
  await count(caller?.person ?? null)
  if (caller === null) throw new HttpProblem('unauthenticated', whyUnknown(request))
  refuseOutOfScope(route, caller)
  if (route.auth === 'admin' && caller.person.role === 'member')
    throw new HttpProblem('forbidden', 'This is for administrators.')
  if (route.auth === 'owner' && caller.person.role !== 'owner')
    throw new HttpProblem('forbidden', 'This is for the owner.')
  if (route.answer === 'stream') door.limits?.streams.enter(caller.person.id, reply)
  door.limits?.bodies.enter(caller.person.id, request, reply)
  return caller
}

/** The one route that does: its transaction accepts nothing of a session that has ended (`StartRequest.session`). */
function requiresSession(route: Route): boolean {
  return route === routes.sendMessage
}

/**
 * Started answers are counted where they are started, so that one that is sent twice counts once. Whoever asks for one
 * without being signed in counts as a reader of nothing.
 */
function kindOf({ limit }: Route, person: Person | null): LimitedKind | null {
  if (limit === 'none') return null
  if (limit === 'answer') return person === null ? 'read' : null
  return limit
}

/** A person at the browser may do what their role allows; a program no more than its key was made for. */
function refuseOutOfScope({ scope }: Route, caller: Caller): void {
  if (caller.means === 'session' || scope === 'any') return
  if (scope === null)
    throw new HttpProblem('forbidden', 'This is for people at the browser: API credentials are refused.')
  if (caller.scopes.includes(scope)) return
  throw new HttpProblem('forbidden', `This needs the scope ${scope}, which this key or token does not have.`)
}

function whyUnknown(request: FastifyRequest): string {
  return readBearer(request) === null
    ? 'There is no session, or it has ended.'
    : 'This key or token is unknown, has expired, or was revoked.'
}
