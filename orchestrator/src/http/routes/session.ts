import type { Person, Session } from '@ai-assistant/contract'
import { SESSION_DAYS, type Sessions } from '../../users/sessions.ts'
import type { SignInCodes } from '../../users/sign-in-codes.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import type { SessionCookie } from '../session-cookie.ts'

export function createSessionRoutes(services: {
  codes: SignInCodes
  sessions: Sessions
  cookie: SessionCookie
  appName: string
  version: string
}): Pick<Handlers, 'redeemCode' | 'getSession' | 'endSession'> {
  const { codes, sessions, cookie, appName, version } = services
  const view = (person: Person): Session => ({ person, appName, version })
  return {
    redeemCode: async ({ body, request, reply }) => {
      const person = await codes.redeem(body.code)
      if (person === null)
        throw new HttpProblem('code_invalid', 'Ask for a fresh link: press Enter where npm start runs.')
      const id = await sessions.begin(person.id, request.headers['user-agent'] ?? '')
      reply.header('set-cookie', cookie.set(id, SESSION_DAYS * 24 * 3600))
      return view(person)
    },
    getSession: ({ person }) => Promise.resolve(view(person)),
    endSession: async ({ request, reply }) => {
      const id = cookie.read(request.headers.cookie)
      if (id !== null) await sessions.end(id)
      reply.header('set-cookie', cookie.clear())
    },
  }
}
