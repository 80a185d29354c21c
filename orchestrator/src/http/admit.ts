import type { Person, Route } from '@ai-assistant/contract'
import type { FastifyRequest } from 'fastify'
import { mayReadMetrics } from './peer.ts'
import { HttpProblem } from './problem.ts'

/** Who calls, and by which credential they showed it. */
export interface Caller {
  person: Person
  means: 'session'
}

/** The caller behind a request's credentials, or null where they are absent, unknown or ended. */
export type Authenticate = (request: FastifyRequest) => Promise<Caller | null>

interface Door {
  authenticate: Authenticate
  metricsToken: string | null
  draining: () => boolean
}

/** Lets in who may call, as the route's entry in the contract says, before the body is read. */
export async function admit(route: Route, request: FastifyRequest, door: Door): Promise<Caller | null> {
  if (route.limit === 'answer' && door.draining())
    throw new HttpProblem('draining', 'Another server takes this; try again.')
  if (route.auth === 'public') return null
  if (route.auth === 'metrics') {
    if (!mayReadMetrics(request, door.metricsToken)) throw new HttpProblem('not_found')
    return null
  }
  const caller = await door.authenticate(request)
  if (caller === null) throw new HttpProblem('unauthenticated', 'There is no session, or it has ended.')
  if (route.auth === 'admin' && caller.person.role === 'member')
    throw new HttpProblem('forbidden', 'This is for administrators.')
  return caller
}
