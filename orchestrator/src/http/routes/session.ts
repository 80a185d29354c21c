import type { Person, Session, WaysIn } from '@ai-assistant/contract'
import type { Passwords } from '../../users/passwords.ts'
import type { Sessions } from '../../users/sessions.ts'
import type { SignInCodes } from '../../users/sign-in-codes.ts'
import { originOf } from '../origin-of.ts'
import { type CountSignIn, counted, type Enter } from '../enter.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import type { SessionCookie } from '../session-cookie.ts'

export function createSessionRoutes(services: {
  codes: SignInCodes
  sessions: Sessions
  passwords: Passwords
  waysIn: WaysIn
  cookie: SessionCookie
  enter: Enter
  count: CountSignIn
  /** Somebody's standing has changed: open streams are looked at. */
  changed: () => void
  version: string
}): Pick<Handlers, 'getWaysIn' | 'redeemCode' | 'signIn' | 'getSession' | 'endSession'> {
  const { codes, sessions, passwords, waysIn, cookie, enter, count, changed, version } = services
  const view = (person: Person): Session => ({ person, appName: waysIn.appName, version })
  return {
    getWaysIn: () => Promise.resolve(waysIn),
    redeemCode: async ({ body, request, reply }) => {
      const person = await codes.redeem(body.code, originOf(request))
      if (person === null) {
        count('link', 'refused')
        throw new HttpProblem('code_invalid', 'Ask for a fresh link: press Enter where npm start runs.')
      }
      await enter(person, 'link', request, reply)
      return view(person)
    },
    signIn: async ({ body, request, reply }) => {
      const person = await counted('password', count, () => passwords.signIn({ ...body, origin: originOf(request) }))
      await enter(person, 'password', request, reply)
      return view(person)
    },
    getSession: ({ person }) => Promise.resolve(view(person)),
    endSession: async ({ person, request, reply }) => {
      const id = cookie.read(request.headers.cookie)
      if (id !== null) await sessions.end(id, person.id, originOf(request))
      changed()
      reply.header('set-cookie', cookie.clear())
    },
  }
}
