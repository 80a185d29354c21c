import type { BearerCredentials } from '../users/bearer-credentials.ts'
import type { Sessions } from '../users/sessions.ts'
import type { Authenticate } from './admit.ts'
import { readBearer } from './read-bearer.ts'
import type { SessionCookie } from './session-cookie.ts'

/** Knows a caller by the bearer token, or by the session's cookie where there is none. */
export function createAuthenticate(parts: {
  bearers: BearerCredentials
  sessions: Sessions
  cookie: SessionCookie
}): Authenticate {
  const { bearers, sessions, cookie } = parts
  return async (request) => {
    const bearer = readBearer(request)
    if (bearer !== null) return bearers.find(bearer)
    const id = cookie.read(request.headers.cookie)
    const found = id === null ? null : await sessions.find(id)
    return found && { person: found.person, means: 'session', sessionId: found.id, beganAt: found.beganAt }
  }
}
