import type { Sessions } from '../../users/sessions.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import { sessionOf } from '../session-of.ts'

/** Where a person is signed in. */
export function createSessionListRoutes(services: {
  sessions: Sessions
  changed: () => void
}): Pick<Handlers, 'listSessions' | 'endOneSession' | 'endOtherSessions'> {
  const { sessions, changed } = services
  return {
    listSessions: async ({ person, caller }) => ({
      items: await sessions.list(person.id, sessionOf(caller).sessionId),
    }),
    endOneSession: async ({ person, params, request }) => {
      if (!(await sessions.endOne(person.id, params.id, originOf(request)))) throw new HttpProblem('not_found')
      changed()
    },
    endOtherSessions: async ({ person, caller, request }) => {
      await sessions.endAll(person.id, sessionOf(caller).sessionId, originOf(request))
      changed()
    },
  }
}
