import { z } from 'zod'
import {
  accountSchema,
  changeAccountSchema,
  changeEmailSchema,
  changePasswordSchema,
  deleteAccountSchema,
  emailChangedSchema,
  exportAccountSchema,
  lookAtCodeSchema,
  sessionListSchema,
} from '../people.ts'
import type { Route } from './route.ts'

const id = z.object({ id: z.uuid() })
const own = { auth: 'person', scope: null, limit: 'write', owner: 'self' } as const

/** A person's own account. */
export const accountRoutes = {
  getAccount: {
    method: 'GET',
    path: '/api/account',
    summary: 'The account of whoever asks',
    ...own,
    limit: 'read',
    answer: accountSchema,
  },
  changeAccount: {
    method: 'PATCH',
    path: '/api/account',
    summary: 'Change the name',
    ...own,
    body: changeAccountSchema,
    answer: accountSchema,
  },
  changePassword: {
    method: 'POST',
    path: '/api/account/password',
    summary: 'Set or change the password; every other session ends',
    ...own,
    limit: 'sign-in',
    body: changePasswordSchema,
    answer: 'empty',
  },
  changeEmail: {
    method: 'POST',
    path: '/api/account/email',
    summary: 'Change the address; with mail, it counts once its link is opened',
    ...own,
    limit: 'sign-in',
    body: changeEmailSchema,
    answer: emailChangedSchema,
  },
  confirmEmail: {
    method: 'POST',
    path: '/api/account/email/code',
    summary: "Confirm a new address with its link's single-use code",
    ...own,
    limit: 'sign-in',
    body: lookAtCodeSchema,
    answer: accountSchema,
  },
  deleteIdentity: {
    method: 'DELETE',
    path: '/api/account/identities/:id',
    summary: 'Unlink an identity at another provider',
    ...own,
    owner: 'identity',
    params: id,
    answer: 'empty',
  },
  listSessions: {
    method: 'GET',
    path: '/api/account/sessions',
    summary: 'Where the person is signed in',
    ...own,
    limit: 'read',
    answer: sessionListSchema,
  },
  endOneSession: {
    method: 'DELETE',
    path: '/api/account/sessions/:id',
    summary: 'End one session, with its open streams',
    ...own,
    owner: 'session',
    params: id,
    answer: 'empty',
  },
  endOtherSessions: {
    method: 'DELETE',
    path: '/api/account/sessions',
    summary: 'End every session but the one that asks',
    ...own,
    answer: 'empty',
  },
  exportAccount: {
    method: 'GET',
    path: '/api/account/export',
    summary: 'Everything of the person: account, conversations, messages and usage, as a file',
    ...own,
    limit: 'write',
    query: exportAccountSchema,
    answer: 'file',
  },
  deleteAccount: {
    method: 'POST',
    path: '/api/account/deletion',
    summary: 'Delete the account with everything in it; what it cost stays in the ledger without a name',
    ...own,
    limit: 'sign-in',
    body: deleteAccountSchema,
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
