import type { AuditOrigin } from '../../audit/record-audit.ts'
import type { Invitations } from '../../users/invitations.ts'
import type { By, People } from '../../users/people.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Call, Handlers } from '../route.ts'

/** Deletes a person with everything of theirs, and stops what is being written for them. */
export type DeletePerson = (id: string, by: { personId: string; origin: AuditOrigin }) => Promise<void>

export function createPeopleRoutes(services: {
  people: People
  invitations: Invitations
  deletePerson: DeletePerson
  /** Stops the answers that are being written for somebody; what was written is kept. */
  stopAnswers: (personId: string) => Promise<void>
  changed: () => void
}): Pick<
  Handlers,
  | 'listPeople'
  | 'changePerson'
  | 'deletePerson'
  | 'makePasswordLink'
  | 'handOver'
  | 'listInvitations'
  | 'invite'
  | 'deleteInvitation'
> {
  const { people, invitations, deletePerson, stopAnswers, changed } = services
  return {
    listPeople: ({ query }) => people.list(query),
    changePerson: async ({ params, body, ...call }) => {
      const view = found(await people.change(byOf(call), params.id, body))
      changed()
      if (view.status === 'suspended') await stopAnswers(params.id)
      return view
    },
    deletePerson: async ({ params, ...call }) => {
      const by = byOf(call)
      found(await people.mayRemove(by, params.id))
      await deletePerson(params.id, { personId: by.person.id, origin: by.origin })
    },
    makePasswordLink: async ({ params, ...call }) => found(await people.passwordLink(byOf(call), params.id)),
    handOver: async ({ params, ...call }) => {
      const view = found(await people.handOver(byOf(call), params.id))
      changed()
      return view
    },
    listInvitations: async () => ({ items: await invitations.list() }),
    invite: ({ body, person, request }) => invitations.invite(person, body, originOf(request)),
    deleteInvitation: async ({ params, person, request }) => {
      if (!(await invitations.remove(person, params.id, originOf(request)))) throw new HttpProblem('not_found')
    },
  }
}

function byOf({ person, request }: Pick<Call<'deletePerson'>, 'person' | 'request'>): By {
  return { person, origin: originOf(request) }
}

function found<T>(value: T | null): T {
  if (value === null) throw new HttpProblem('not_found')
  return value
}
