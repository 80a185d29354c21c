import { randomUUID } from 'node:crypto'
import {
  auth,
  extractWWWAuthenticateParams,
  type InsufficientScopeError,
  type AuthProvider,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client'

const redirectUrl = 'http://localhost:3000/callback'

export interface OAuthPersonOptions {
  serverUrl: URL
  /** Credentials registered beforehand; without them the client registers itself or shows its metadata document. */
  registered?: StoredOAuthClientInformation
}

/** What a signed-in client needs: tokens for each request, and more rights when the server asks for more. */
export interface OAuthPerson {
  authProvider: AuthProvider
  /** Asks the authorization server for the scope a call was refused for. */
  stepUp(error: InsufficientScopeError): Promise<void>
}

/** A person who allows everything: follows the authorization URL as a browser would, and hands over what comes back. */
export function createOAuthPerson({ serverUrl, registered }: OAuthPersonOptions): OAuthPerson {
  const person = createStore(registered)
  let scope: string | undefined
  const signIn = async (options: { scope?: string; resourceMetadataUrl?: URL; force?: boolean }): Promise<void> => {
    const request = {
      serverUrl,
      ...(options.scope === undefined ? {} : { scope: options.scope }),
      ...(options.resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl: options.resourceMetadataUrl }),
    }
    // What was found out belongs to one sign-in: the server may have moved to another authorization server since.
    await person.provider.invalidateCredentials?.('discovery')
    const force = options.force === true ? { forceReauthorization: true } : {}
    if ((await auth(person.provider, { ...request, ...force })) === 'AUTHORIZED') return
    const { code, iss } = person.takeCallback()
    await auth(person.provider, { ...request, authorizationCode: code, ...(iss === null ? {} : { iss }) })
  }
  return {
    authProvider: {
      token: async () => (await person.provider.tokens())?.access_token,
      onUnauthorized: async ({ response }) => {
        const challenge = extractWWWAuthenticateParams(response)
        scope = challenge.scope ?? scope
        await signIn({
          ...(scope === undefined ? {} : { scope }),
          ...(challenge.resourceMetadataUrl === undefined
            ? {}
            : { resourceMetadataUrl: challenge.resourceMetadataUrl }),
        })
      },
    },
    stepUp: async (error) => {
      const union = new Set([...(scope ?? '').split(' '), ...(error.requiredScope ?? '').split(' ')])
      scope = [...union].filter((item) => item !== '').join(' ')
      await signIn({
        scope,
        force: true,
        ...(error.resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl: error.resourceMetadataUrl }),
      })
    },
  }
}

interface Store {
  provider: OAuthClientProvider
  takeCallback(): { code: string; iss: string | null }
}

/** Credentials are kept by issuer: what one authorization server gave is never shown to another. */
function createStore(registered: StoredOAuthClientInformation | undefined): Store {
  const clients = new Map<string, StoredOAuthClientInformation>()
  let tokens: StoredOAuthTokens | undefined
  let verifier = ''
  let state = ''
  let callback: URLSearchParams | undefined
  let discovery: OAuthDiscoveryState | undefined
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'AI Assistant',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata,
    clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
    state: () => (state = randomUUID()),
    clientInformation: (context) => clients.get(context?.issuer ?? '') ?? registered,
    saveClientInformation: (information, context) => {
      clients.set(context?.issuer ?? '', information)
    },
    tokens: () => tokens,
    saveTokens: (given) => {
      tokens = given
    },
    saveCodeVerifier: (given) => {
      verifier = given
    },
    codeVerifier: () => verifier,
    redirectToAuthorization: async (url) => {
      const response = await fetch(url, { redirect: 'manual' })
      const location = response.headers.get('location')
      if (location === null) throw new Error(`The authorization server answered ${response.status} without a redirect`)
      callback = new URL(location).searchParams
    },
    saveDiscoveryState: (given) => {
      discovery = given
    },
    discoveryState: () => discovery,
    invalidateCredentials: (what) => {
      if (what === 'all' || what === 'discovery') discovery = undefined
      if (what === 'all' || what === 'client') clients.clear()
      if (what === 'all' || what === 'tokens') tokens = undefined
    },
  }
  const takeCallback = (): { code: string; iss: string | null } => {
    const code = callback?.get('code')
    if (!code || callback?.get('state') !== state) throw new Error('The authorization response is not ours')
    return { code, iss: callback.get('iss') }
  }
  return { provider, takeCallback }
}
