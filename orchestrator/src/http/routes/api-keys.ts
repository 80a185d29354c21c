import type { Tokens } from '@ai-assistant/contract'
import { type ApiKeys, MAX_KEYS } from '../../users/api-keys.ts'
import type { TokenFamilies } from '../../users/tokens.ts'
import type { Caller } from '../admit.ts'
import { originOf } from '../origin-of.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'
import type { SessionCookie } from '../session-cookie.ts'

export function createApiKeyRoutes(services: {
  keys: ApiKeys
  tokens: TokenFamilies
  /** Somebody's standing has changed: every server is to look at once. */
  changed: () => void
  cookie: SessionCookie
}): Pick<
  Handlers,
  'listApiKeys' | 'createApiKey' | 'revokeApiKey' | 'createTokens' | 'refreshTokens' | 'revokeTokens'
> {
  const { keys, tokens, changed, cookie } = services
  return {
    listApiKeys: async ({ person }) => ({ items: await keys.list(person.id) }),
    createApiKey: async ({ body, person, request }) => {
      if (body.scopes.includes('admin') && person.role === 'member') {
        throw new HttpProblem('forbidden', 'The scope admin is for administrators.')
      }
      const created = await keys.create(person.id, body, originOf(request))
      if (created === null) {
        throw new HttpProblem('unprocessable', `You have ${MAX_KEYS} keys, which is the most. Revoke one first.`)
      }
      return created
    },
    revokeApiKey: async ({ params, person, request }) => {
      if (!(await keys.revoke(person.id, params.id, originOf(request)))) throw new HttpProblem('not_found')
      changed()
    },
    createTokens: async ({ body, caller, request }) => {
      const scopes = scopesFor(caller, body.scopes)
      const session = cookie.read(request.headers.cookie)
      const from = caller.means === 'key' ? { keyId: caller.credentialId } : { session: session ?? '' }
      return found(await tokens.begin(from, caller.person.id, scopes))
    },
    refreshTokens: async ({ body, request }) => found(await tokens.refresh(body.refreshToken, originOf(request))),
    revokeTokens: async ({ body, request }) => {
      await tokens.revoke(body.refreshToken, originOf(request))
      changed()
    },
  }
}

/** Tokens are never worth more than what they are made from, and none are made from tokens: those would outlive their end. */
function scopesFor(caller: Caller, wanted: Tokens['scopes'] | undefined): Tokens['scopes'] {
  if (caller.means === 'token') {
    throw new HttpProblem('forbidden', 'Send an API key here, or refresh the token you have at /api/tokens/refresh.')
  }
  if (caller.means === 'key') {
    const missing = wanted?.find((scope) => !caller.scopes.includes(scope))
    if (missing === undefined) return wanted ?? [...caller.scopes]
    throw new HttpProblem('forbidden', `scopes: this key does not have ${missing}.`)
  }
  if (wanted === undefined) throw new HttpProblem('invalid_request', 'body.scopes: name what the tokens are for.')
  if (wanted.includes('admin') && caller.person.role === 'member') {
    throw new HttpProblem('forbidden', 'The scope admin is for administrators.')
  }
  return wanted
}

function found(pair: Tokens | null): Tokens {
  if (pair !== null) return pair
  throw new HttpProblem(
    'unauthenticated',
    'This token, or what it was made from, is unknown, used, expired or revoked.',
  )
}
