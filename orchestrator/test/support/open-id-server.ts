import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import Provider from 'oidc-provider'
import { onTestFinished } from 'vitest'

/** A person as a provider knows them: the subject is the login. */
export interface Known {
  name: string
  email: string
  email_verified: boolean
}

async function listen(): Promise<{ server: Server; issuer: string }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A real OpenID provider, which asks for PKCE, and lets in whoever writes a login that it knows. */
export async function startOpenIdServer(people: Record<string, Known>, redirectUri: string): Promise<string> {
  const { server, issuer } = await listen()
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'assistant', client_secret: 'secret-of-the-client', redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    cookies: { keys: ['key-of-the-test'] },
    findAccount: (_context, id) => {
      const known = people[id]
      return known && { accountId: id, claims: async () => ({ sub: id, ...known }) }
    },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))
  return issuer
}

/** What a hostile provider says instead of the truth. */
export interface Lies {
  claims?: Record<string, unknown>
  /** Signed with nothing, or with a key that is not published. */
  signature?: 'none' | 'foreign'
}

export interface HostileServer {
  issuer: string
  lies: Lies
}

/** A provider that lies as it is told: the metadata is right, and the ID token is what `lies` makes of it. */
export async function startHostileServer(subject = 'eve'): Promise<HostileServer> {
  const { server, issuer } = await listen()
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  const hostile: HostileServer = { issuer, lies: {} }
  /** The code is the nonce: so the token's can be right. */
  const idToken = async (nonce: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const claims: JWTPayload = {
      iss: issuer,
      aud: 'assistant',
      sub: subject,
      nonce,
      iat: now,
      exp: now + 60,
      email: 'eve@example.com',
      ...hostile.lies.claims,
    }
    if (hostile.lies.signature === 'none') {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
    }
    const key = hostile.lies.signature === 'foreign' ? foreign.privateKey : own.privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(key)
  }
  server.on('request', (request, response) => {
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (request.url === '/.well-known/openid-configuration') {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: true,
      })
    }
    if (request.url === '/keys') return json({ keys: [jwk] })
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const nonce = new URLSearchParams(body).get('code') ?? ''
      void idToken(nonce).then((id_token) => json({ access_token: 'a', token_type: 'bearer', id_token }))
    })
    return undefined
  })
  return hostile
}
