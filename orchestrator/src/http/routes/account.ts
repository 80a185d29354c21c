import { Readable } from 'node:stream'
import type { Person } from '@ai-assistant/contract'
import type { FastifyRequest } from 'fastify'
import type { OwnAccount } from '../../users/own-account.ts'
import type { Passwords, Who } from '../../users/passwords.ts'
import type { Caller } from '../admit.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import type { SessionCookie } from '../session-cookie.ts'
import { sessionOf } from '../session-of.ts'
import type { DeletePerson } from './people.ts'

/** The text of a person's export, piece by piece. */
export type ExportAccount = (
  person: Person,
  format: 'json' | 'markdown',
  request: FastifyRequest,
) => AsyncIterable<string>

export function createAccountRoutes(services: {
  account: OwnAccount
  passwords: Passwords
  cookie: SessionCookie
  exportAccount: ExportAccount
  deletePerson: DeletePerson
  changed: () => void
}): Pick<
  Handlers,
  | 'getAccount'
  | 'changeAccount'
  | 'changePassword'
  | 'changeEmail'
  | 'confirmEmail'
  | 'deleteIdentity'
  | 'exportAccount'
  | 'deleteAccount'
> {
  const { account, passwords, cookie, exportAccount, deletePerson, changed } = services
  return {
    getAccount: ({ person }) => account.get(person),
    changeAccount: ({ person, body, request }) => account.rename(person, body.name, originOf(request)),
    changePassword: async ({ caller, body, request }) => {
      await passwords.change(whoOf(caller, request, body.current), body.password)
      changed()
    },
    changeEmail: async ({ person, caller, body, request }) => {
      await passwords.prove(whoOf(caller, request, body.current))
      return { sent: await account.changeEmail(person, body.email, originOf(request)) }
    },
    confirmEmail: async ({ person, body, request }) => {
      const confirmed = await account.confirmEmail(person, body.code, originOf(request))
      changed()
      return confirmed
    },
    deleteIdentity: async ({ person, params, request }) => {
      if (!(await account.unlink(person, params.id, originOf(request)))) throw new HttpProblem('not_found')
    },
    exportAccount: async ({ person, query, request, reply }) => {
      const [type, ending] = query.format === 'json' ? ['application/json', 'json'] : ['text/markdown', 'md']
      const day = new Date().toISOString().slice(0, 10)
      await reply
        .type(`${type}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="ai-assistant-${day}.${ending}"`)
        .send(Readable.from(exportAccount(person, query.format, request)))
    },
    deleteAccount: async ({ person, caller, body, request, reply }) => {
      await passwords.prove(whoOf(caller, request, body.current))
      await deletePerson(person.id, { personId: person.id, origin: originOf(request) })
      reply.header('set-cookie', cookie.clear())
    },
  }
}

function whoOf(caller: Caller, request: FastifyRequest, current: string | undefined): Who {
  const { person, sessionId, beganAt } = sessionOf(caller)
  return { person, sessionId, beganAt, origin: originOf(request), current }
}
