import {
  askForLinkSchema,
  codeViewSchema,
  lookAtCodeSchema,
  resetPasswordSchema,
  signInSchema,
  signUpSchema,
  waysInSchema,
} from '../people.ts'
import { redeemCodeSchema, sessionSchema } from '../session.ts'
import type { Route } from './route.ts'

const atTheDoor = { auth: 'public', scope: null, limit: 'sign-in', owner: 'none' } as const

/** Coming in and going out. */
export const sessionRoutes = {
  getWaysIn: {
    method: 'GET',
    path: '/api/sign-in',
    summary: 'How people get in here',
    auth: 'public',
    scope: null,
    limit: 'read',
    owner: 'none',
    answer: waysInSchema,
  },
  redeemCode: {
    method: 'POST',
    path: '/api/session/code',
    summary: "Exchange a sign-in link's single-use code for a session cookie",
    ...atTheDoor,
    body: redeemCodeSchema,
    answer: sessionSchema,
  },
  signIn: {
    method: 'POST',
    path: '/api/session',
    summary: 'Sign in with an address and a password',
    ...atTheDoor,
    body: signInSchema,
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
  askForSignUp: {
    method: 'POST',
    path: '/api/sign-up/link',
    summary: 'Have a sign-up link mailed; the answer is the same whether or not there is an account',
    ...atTheDoor,
    body: askForLinkSchema,
    answer: 'empty',
  },
  lookAtCode: {
    method: 'POST',
    path: '/api/sign-up/code',
    summary: 'Who an invitation or sign-up link is for, without using it up',
    ...atTheDoor,
    body: lookAtCodeSchema,
    answer: codeViewSchema,
  },
  signUp: {
    method: 'POST',
    path: '/api/sign-up',
    summary: 'Make an account, by an invitation or where SIGNUP is open',
    ...atTheDoor,
    body: signUpSchema,
    answer: sessionSchema,
  },
  askForReset: {
    method: 'POST',
    path: '/api/password/link',
    summary: 'Have a link mailed that sets a new password; the answer is the same whether or not there is an account',
    ...atTheDoor,
    body: askForLinkSchema,
    answer: 'empty',
  },
  resetPassword: {
    method: 'POST',
    path: '/api/password/reset',
    summary: "Set a new password with a link's single-use code; every session ends, and a new one begins",
    ...atTheDoor,
    body: resetPasswordSchema,
    answer: sessionSchema,
  },
} as const satisfies Record<string, Route>
