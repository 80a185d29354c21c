import { redeemCodeSchema, sessionSchema } from '../session.ts'
import type { Route } from './route.ts'

/** Coming in and going out. */
export const sessionRoutes = {
  redeemCode: {
    method: 'POST',
    path: '/api/session/code',
    summary: "Exchange a sign-in link's single-use code for a session cookie",
    auth: 'public',
    scope: null,
    limit: 'sign-in',
    owner: 'none',
    body: redeemCodeSchema,
    answer: sessionSchema,
  },
  getSession: {
    method: 'GET',
    path: '/api/session',
    summary: 'Who is signed in',
    auth: 'person',
    scope: 'any',
    limit: 'read',
    owner: 'self',
    answer: sessionSchema,
  },
  endSession: {
    method: 'DELETE',
    path: '/api/session',
    summary: 'Sign out',
    status: 204,
    auth: 'person',
    scope: null,
    limit: 'write',
    owner: 'self',
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
