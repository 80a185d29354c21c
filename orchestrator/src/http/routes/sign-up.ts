import type { Person, Session } from '@ai-assistant/contract'
import type { Passwords } from '../../users/passwords.ts'
import type { SignUp } from '../../users/sign-up.ts'
import { type CountSignIn, counted, type Enter } from '../enter.ts'
import { originOf } from '../origin-of.ts'
import type { Handlers } from '../route.ts'

/** Making an account, and a new password for one. */
export function createSignUpRoutes(services: {
  passwords: Passwords
  signUp: SignUp
  enter: Enter
  count: CountSignIn
  changed: () => void
  appName: string
  version: string
}): Pick<Handlers, 'askForSignUp' | 'lookAtCode' | 'signUp' | 'askForReset' | 'resetPassword'> {
  const { passwords, signUp, enter, count, changed, appName, version } = services
  const view = (person: Person): Session => ({ person, appName, version })
  return {
    askForSignUp: ({ body }) => signUp.askForLink(body.email),
    lookAtCode: ({ body }) => signUp.lookAt(body.code),
    signUp: async ({ body, request, reply }) => {
      const person = await counted('sign-up', count, () => signUp.signUp(body, originOf(request)))
      await enter(person, 'password', request, reply)
      return view(person)
    },
    askForReset: ({ body, request }) => passwords.askForReset(body.email, originOf(request)),
    resetPassword: async ({ body, request, reply }) => {
      const { code, password } = body
      const person = await counted('reset', count, () => passwords.reset(code, password, originOf(request)))
      changed()
      await enter(person, 'password', request, reply)
      return view(person)
    },
  }
}
