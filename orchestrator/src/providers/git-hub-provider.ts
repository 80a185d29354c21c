import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretPost,
  Configuration,
  customFetch,
} from 'openid-client'
import { z } from 'zod'
import { createProviderFetch, type ProviderFetch } from '../outbound/provider-fetch.ts'
import { type Profile, type Provider, ProviderFault, type Trip } from './provider.ts'

export interface GitHubSettings {
  clientId: string
  clientSecret: string
  /** Where GitHub is; tests put a simulator there. */
  at?: { web: string; api: string }
}

const GITHUB = { web: 'https://github.com', api: 'https://api.github.com' }

/** GitHub speaks OAuth 2 without ID tokens: who came is asked at its API, with the token that the code was changed for. */
export function createGitHubProvider({ clientId, clientSecret, at = GITHUB }: GitHubSettings): Provider {
  const web = createProviderFetch([at.web, at.api])
  const issuer = `${at.web}/login/oauth`
  const configuration = new Configuration(
    { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` },
    clientId,
    undefined,
    ClientSecretPost(clientSecret),
  )
  configuration[customFetch] = (url, init) => web.fetch(url, init)
  if (at.web.startsWith('http:')) allowInsecureRequests(configuration)
  return {
    id: 'github',
    name: 'GitHub',
    start: async (trip) =>
      buildAuthorizationUrl(configuration, {
        redirect_uri: trip.redirectUri,
        scope: 'read:user user:email',
        state: trip.state,
        code_challenge: await calculatePKCECodeChallenge(trip.verifier),
        code_challenge_method: 'S256',
      }),
    finish: async (query, trip) => {
      try {
        return await readProfile(web, at.api, issuer, await tokenFor(configuration, query, trip))
      } catch (error) {
        throw new ProviderFault('GitHub did not vouch for anybody', { cause: error })
      }
    },
    close: () => web.close(),
  }
}

async function tokenFor(configuration: Configuration, query: URLSearchParams, trip: Trip): Promise<string> {
  const current = new URL(`${trip.redirectUri}?${query.toString()}`)
  const tokens = await authorizationCodeGrant(configuration, current, {
    expectedState: trip.state,
    pkceCodeVerifier: trip.verifier,
  })
  return tokens.access_token
}

const userSchema = z.object({ id: z.int().positive(), login: z.string(), name: z.string().nullish() })
const emailsSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

/** The number is who they are: a login can be given up, and taken by another. */
async function readProfile(web: ProviderFetch, api: string, issuer: string, token: string): Promise<Profile> {
  const ask = async (path: string): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'user-agent': 'ai-assistant',
    }
    const response = await web.fetch(`${api}${path}`, { method: 'GET', headers })
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`)
    return response.json()
  }
  const user = userSchema.parse(await ask('/user'))
  const primary = emailsSchema.parse(await ask('/user/emails')).find((one) => one.primary)
  return {
    issuer,
    subject: String(user.id),
    name: user.name?.trim() || user.login,
    email: primary?.email ?? null,
    emailVerified: primary?.verified === true,
  }
}
