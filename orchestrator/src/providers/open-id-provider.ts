import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client'
import { createProviderFetch } from '../outbound/provider-fetch.ts'
import { type Profile, type Provider, ProviderFault, type Trip } from './provider.ts'

export interface OpenIdSettings {
  id: string
  name: string
  /** The issuer's identifier, exactly as it calls itself. */
  issuer: string
  clientId: string
  clientSecret: string | null
}

/** Metadata is asked for again after this long: providers change their endpoints, rarely. */
const FRESH_MS = 3600_000

/** Any provider that speaks OpenID Connect: found by its issuer, asked with PKCE, and its ID token checked by its keys. */
export function createOpenIdProvider(settings: OpenIdSettings): Provider {
  const web = createProviderFetch([settings.issuer])
  let known: { configuration: Promise<Configuration>; since: number } | null = null
  const configuration = (): Promise<Configuration> => {
    if (known === null || performance.now() - known.since > FRESH_MS) {
      const asked = discover(settings, (url, init) => web.fetch(url, init))
      known = { configuration: asked, since: performance.now() }
      // A provider that was away is asked again, not remembered.
      asked.catch(() => {
        known = null
      })
    }
    return known.configuration
  }
  return {
    id: settings.id,
    name: settings.name,
    start: (trip) => told(settings, async () => startTrip(await configuration(), trip)),
    finish: (query, trip) => told(settings, async () => finishTrip(await configuration(), query, trip)),
    close: () => web.close(),
  }
}

type Fetch = ReturnType<typeof createProviderFetch>['fetch']

function discover({ issuer, clientId, clientSecret }: OpenIdSettings, fetch: Fetch): Promise<Configuration> {
  const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : []
  return discovery(new URL(issuer), clientId, clientSecret ?? undefined, undefined, {
    // The token's signature is checked although it came over TLS: what terminates TLS may be another's.
    execute: [enableNonRepudiationChecks, ...insecure],
    [customFetch]: fetch,
  })
}

async function startTrip(configuration: Configuration, trip: Trip): Promise<URL> {
  return buildAuthorizationUrl(configuration, {
    redirect_uri: trip.redirectUri,
    scope: 'openid email profile',
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await calculatePKCECodeChallenge(trip.verifier),
    code_challenge_method: 'S256',
  })
}

async function finishTrip(configuration: Configuration, query: URLSearchParams, trip: Trip): Promise<Profile> {
  const current = new URL(`${trip.redirectUri}?${query.toString()}`)
  const tokens = await authorizationCodeGrant(configuration, current, {
    expectedState: trip.state,
    expectedNonce: trip.nonce,
    pkceCodeVerifier: trip.verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (claims === undefined) throw new ProviderFault('The provider sent no ID token')
  // Many keep the address out of the token.
  const asks = claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
  const more: Record<string, unknown> = asks
    ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
    : claims
  const email = textIn(more['email'])
  return {
    issuer: claims.iss,
    subject: claims.sub,
    name: textIn(more['name']) ?? textIn(more['preferred_username']) ?? email ?? 'Somebody',
    email,
    emailVerified: email !== null && more['email_verified'] === true,
  }
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

/** What goes wrong on the way is told by its cause: it holds no secret, and the operator has to find it. */
async function told<T>({ name }: OpenIdSettings, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProviderFault) throw error
    throw new ProviderFault(`${name} did not vouch for anybody`, { cause: error })
  }
}
