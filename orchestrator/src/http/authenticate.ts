import type { BearerCredentials } from '../users/bearer-credentials.ts'
import type { Sessions } from '../users/sessions.ts'
import type { Authenticate } from './admit.ts'
import { readBearer } from './read-bearer.ts'
import type { SessionCookie } from './session-cookie.ts'

/**
 * Knows a caller by the bearer token, or by the session's cookie where there is none. Where the route has the database refuse
 * an ended session, one that was found lately is not looked up again.
 */
export function createAuthenticate(parts: {
  bearers: BearerCredentials
  sessions: Sessions
  cookie: SessionCookie
}): Authenticate {
  const { bearers, sessions, cookie } = parts
  return async (request, { mayRecall } = { mayRecall: false }) => {
    const bearer = readBearer(request)
    if (bearer !== null) return bearers.find(bearer)
    const id = cookie.read(request.headers.cookie)
    if (id === null) return null
    const known = mayRecall ? sessions.recall(id) : null
    const found = known ?? (await sessions.find(id))
    if (found === null) return null
    const { person, id: sessionId, beganAt } = found
    return { person, means: 'session', sessionId, beganAt, recalled: known !== null }
  }
}
