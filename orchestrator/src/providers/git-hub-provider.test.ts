import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createGitHubProvider } from './git-hub-provider.ts'
import type { Provider, Trip } from './provider.ts'

const trip: Trip = {
  redirectUri: 'http://chat.test/api/oauth/github/callback',
  state: 'state-of-the-trip',
  nonce: 'unused',
  verifier: 'v'.repeat(43),
}
const emails = [
  { email: 'old@example.com', primary: false, verified: true },
  { email: 'ann@example.com', primary: true, verified: true },
]

/** GitHub as far as signing in goes: it gives a token for its code to whoever shows the verifier and the secret. */
async function startGitHub(user: unknown): Promise<Provider> {
  const challenge = createHash('sha256').update(trip.verifier).digest('base64url')
  const server = createServer((request, response) => {
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    const allowed = request.headers.authorization === 'Bearer token-of-ann'
    if (request.url === '/api/user') return allowed ? json(user) : response.writeHead(401).end()
    if (request.url === '/api/user/emails') return allowed ? json(emails) : response.writeHead(401).end()
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const form = new URLSearchParams(body)
      const shown = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const right = form.get('code') === 'good' && form.get('client_secret') === 'secret' && shown === challenge
      // GitHub answers a refusal with 200.
      json(right ? { access_token: 'token-of-ann', token_type: 'bearer' } : { error: 'bad_verification_code' })
    })
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = createGitHubProvider({ clientId: 'id', clientSecret: 'secret', at: { web, api: `${web}/api` } })
  onTestFinished(async () => {
    await provider.close()
    server.close()
  })
  return provider
}

test('who somebody is at GitHub is their number; the address is the primary one', async () => {
  const provider = await startGitHub({ id: 42, login: 'ann', name: null })
  const out = (await provider.start(trip)).searchParams
  expect(Object.fromEntries(out)).toMatchObject({
    state: trip.state,
    code_challenge_method: 'S256',
    response_type: 'code',
  })
  const profile = await provider.finish(new URLSearchParams({ code: 'good', state: trip.state }), trip)
  expect(profile).toMatchObject({ subject: '42', name: 'ann', email: 'ann@example.com', emailVerified: true })
  expect(profile.issuer).toMatch(/\/login\/oauth$/)
})

test.each([
  ['a refused code', { code: 'bad', state: trip.state }],
  ['another state', { code: 'good', state: 'x' }],
  ['no state', { code: 'good' }],
  ['another issuer', { code: 'good', state: trip.state, iss: 'https://elsewhere.example' }],
  ['a refusal', { error: 'access_denied', state: trip.state }],
])('%s vouches for nobody', async (_name, query) => {
  const provider = await startGitHub({ id: 42, login: 'ann' })
  await expect(provider.finish(new URLSearchParams(query), trip)).rejects.toThrow('GitHub did not vouch')
})

test('without a number nobody is anybody', async () => {
  const provider = await startGitHub({ login: 'ann' })
  const query = new URLSearchParams({ code: 'good', state: trip.state })
  await expect(provider.finish(query, trip)).rejects.toThrow('GitHub did not vouch')
})
