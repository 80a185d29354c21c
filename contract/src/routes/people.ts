import { z } from 'zod'
import {
  changePersonSchema,
  invitationListSchema,
  invitedSchema,
  inviteSchema,
  linkSchema,
  listPeopleSchema,
  peoplePageSchema,
  personViewSchema,
} from '../people.ts'
import type { Route } from './route.ts'

const id = z.object({ id: z.uuid() })
const administer = { auth: 'admin', scope: null, limit: 'write', owner: 'none' } as const

/** People and invitations, for administrators. */
export const peopleRoutes = {
  listPeople: {
    method: 'GET',
    path: '/api/people',
    summary: 'Everybody with an account',
    ...administer,
    limit: 'read',
    query: listPeopleSchema,
    answer: peoplePageSchema,
  },
  changePerson: {
    method: 'PATCH',
    path: '/api/people/:id',
    summary: 'Change a role, suspend, or let in again; it reaches open streams at once',
    ...administer,
    params: id,
    body: changePersonSchema,
    answer: personViewSchema,
  },
  deletePerson: {
    method: 'DELETE',
    path: '/api/people/:id',
    summary: 'Delete a person’s account with everything in it',
    ...administer,
    params: id,
    answer: 'empty',
  },
  makePasswordLink: {
    method: 'POST',
    path: '/api/people/:id/password-link',
    summary: 'A link to hand over, by which a person sets a new password',
    ...administer,
    params: id,
    answer: linkSchema,
  },
  handOver: {
    method: 'POST',
    path: '/api/people/:id/ownership',
    summary: 'Make another person the owner; whoever was becomes an administrator',
    ...administer,
    auth: 'owner',
    params: id,
    answer: personViewSchema,
  },
  listInvitations: {
    method: 'GET',
    path: '/api/invitations',
    summary: 'Invitations nobody has used yet',
    ...administer,
    limit: 'read',
    answer: invitationListSchema,
  },
  invite: {
    method: 'POST',
    path: '/api/invitations',
    summary: 'Invite somebody: by mail, or with a link to hand over',
    ...administer,
    body: inviteSchema,
    answer: invitedSchema,
  },
  deleteInvitation: {
    method: 'DELETE',
    path: '/api/invitations/:id',
    summary: 'Take an invitation back',
    ...administer,
    params: id,
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
