import { z } from 'zod'
import { providerStartSchema, startProviderSchema } from '../people.ts'
import type { Route } from './route.ts'

const provider = z.object({ provider: z.string().regex(/^[a-z]{1,20}$/) })
const atTheDoor = { auth: 'public', scope: null, limit: 'sign-in', owner: 'none' } as const

/** To other providers and back. */
export const oauthRoutes = {
  startProvider: {
    method: 'POST',
    path: '/api/oauth/:provider',
    summary: 'Begin to sign in with another provider, or to link it to the account that is signed in',
    ...atTheDoor,
    params: provider,
    body: startProviderSchema,
    answer: providerStartSchema,
  },
  finishProvider: {
    method: 'GET',
    path: '/api/oauth/:provider/callback',
    summary: 'Where a provider sends the browser back to; leads on to the app',
    status: 302,
    ...atTheDoor,
    params: provider,
    answer: 'empty',
  },
} as const satisfies Record<string, Route>
