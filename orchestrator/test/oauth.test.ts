import type { Account, Invited, PeoplePage, Session } from '@ai-assistant/contract'
import { expect, test } from 'vitest'
import { type ApiClient, createApiClient } from './support/api-client.ts'
import { bearer, exchange, makeKey, untilStatus } from './support/credentials.ts'
import { type HostileServer, startHostileServer, startOpenIdServer } from './support/open-id-server.ts'
import { startApp, type TestApp } from './support/start-app.ts'

const PUBLIC_URL = 'http://chat.test'
const CALLBACK = `${PUBLIC_URL}/api/oauth/oidc/callback`
const ann = { name: 'Ann', email: 'ann@example.com', email_verified: true }

/** A browser: keeps cookies by host, and follows redirects until it is sent to the app. */
class Traveller {
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #app: TestApp

  constructor(app: TestApp, client: ApiClient | null = null) {
    this.#app = app
    const [name = '', value = ''] = client?.cookie?.split('=') ?? []
    if (client) this.#jar(app.url).set(name, value)
  }

  async setOut(body: object): Promise<string> {
    const response = await this.#fetch(`${this.#app.url}/api/oauth/oidc`, { method: 'POST', json: body })
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    return ((await response.json()) as { url: string }).url
  }

  /** Signs in at the provider as `login`, and returns the address it sends back to. */
  async visit(url: string, login: string): Promise<string> {
    for (let at = url; ;) {
      let response = await this.#fetch(at)
      if (response.status === 200) {
        const prompt = /name="prompt" value="(\w+)"/.exec(await response.text())?.[1] ?? ''
        response = await this.#fetch(at, { method: 'POST', form: { prompt, login, password: 'any' } })
      }
      at = new URL(response.headers.get('location') ?? '', at).href
      if (at.startsWith(CALLBACK)) return at
    }
  }

  /** Comes back to the app; returns where the app sends it on. */
  async comeBack(callback: string): Promise<string> {
    const response = await this.#fetch(callback.replace(PUBLIC_URL, this.#app.url))
    if (response.status !== 302) throw new Error(`${response.status} ${await response.text()}`)
    return (response.headers.get('location') ?? '').replace(PUBLIC_URL, '')
  }

  /** The whole trip. */
  async travel(login: string, body: object = { intent: 'sign-in' }): Promise<string> {
    return this.comeBack(await this.visit(await this.setOut(body), login))
  }

  client(): ApiClient {
    const session = this.#jar(this.#app.url).get('session')
    return createApiClient(this.#app.url, session === undefined ? null : `session=${session}`)
  }

  #jar(url: string): Map<string, string> {
    const { host } = new URL(url)
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    return jar
  }

  async #fetch(
    url: string,
    { method = 'GET', json, form }: { method?: string; json?: object; form?: Record<string, string> } = {},
  ): Promise<Response> {
    const jar = this.#jar(url)
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(json ? { 'content-type': 'application/json' } : {}),
      },
      ...(json ? { body: JSON.stringify(json) } : form ? { body: new URLSearchParams(form) } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
}

function settings(issuer: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PUBLIC_URL,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'assistant',
    OIDC_CLIENT_SECRET: 'secret-of-the-client',
    OIDC_NAME: 'The team’s own',
    RATE_LIMIT_ENABLED: 'false',
    ...more,
  }
}

test('a person signs in at a real provider, and is the same one the next time, under whatever name', async () => {
  const people = { a1: { ...ann } }
  const app = await startApp({ env: settings(await startOpenIdServer(people, CALLBACK), { SIGNUP: 'open' }) })
  expect(await app.stranger.json('GET', '/api/sign-in')).toMatchObject({
    providers: [{ id: 'oidc', name: 'The team’s own' }],
  })
  const first = new Traveller(app)
  expect(await first.travel('a1')).toBe('/')
  const { person } = await first.client().json<Session>('GET', '/api/session')
  expect(person).toMatchObject({ name: 'Ann', email: 'ann@example.com', role: 'member' })
  people.a1 = { name: 'Ann B.', email: 'other@example.com', email_verified: true }
  const second = new Traveller(app)
  expect(await second.travel('a1')).toBe('/')
  expect((await second.client().json<Session>('GET', '/api/session')).person).toEqual(person)
  await app.client.json('PATCH', `/api/people/${person.id}`, { status: 'suspended' })
  expect(await second.travel('a1')).toBe('/#problem=forbidden')
})

test('without an invitation nobody makes an account where SIGNUP asks for one; with it, once', async () => {
  const people = { a1: ann, b1: { name: 'Bob', email: 'bob@example.com', email_verified: true } }
  const app = await startApp({ env: settings(await startOpenIdServer(people, CALLBACK)) })
  expect(await new Traveller(app).travel('a1')).toBe('/#problem=sign_up_closed')
  const { url } = await app.client.json<Invited>('POST', '/api/invitations', {})
  const code = new URL(url ?? '').hash.slice(1)
  expect(await new Traveller(app).travel('a1', { intent: 'sign-in', code })).toBe('/')
  expect(await new Traveller(app).travel('b1', { intent: 'sign-in', code })).toBe('/#problem=code_invalid')
})

test('an equal address links nothing: only who is signed in links, and only what is nobody else’s', async () => {
  const people = { a1: ann, z9: { name: 'Not Ann', email: 'ann@example.com', email_verified: true } }
  const app = await startApp({ env: settings(await startOpenIdServer(people, CALLBACK), { SIGNUP: 'open' }) })
  const { url } = await app.client.json<Invited>('POST', '/api/invitations', { email: 'ann@example.com' })
  const joined = await app.stranger.request('POST', '/api/sign-up', {
    code: new URL(url ?? '').hash.slice(1),
    name: 'Ann',
    password: 'grünkohl tapete',
  })
  const client = createApiClient(app.url, joined.headers.get('set-cookie')?.split(';')[0] ?? null)
  expect(await new Traveller(app).travel('a1')).toBe('/#problem=email_taken')
  expect(await new Traveller(app, client).travel('a1', { intent: 'link' })).toBe('/settings/account')
  const account = await client.json<Account>('GET', '/api/account')
  expect(account.identities).toMatchObject([{ label: 'ann@example.com' }])
  // The provider has seen that the account's own address is hers.
  expect(account.emailVerified).toBe(true)
  expect(await new Traveller(app).travel('a1')).toBe('/')
  expect(await new Traveller(app, app.client).travel('a1', { intent: 'link' })).toBe(
    '/settings/account#problem=identity_taken',
  )
  expect(await new Traveller(app).travel('z9')).toBe('/#problem=email_taken')
  await client.json('DELETE', `/api/account/identities/${account.identities[0]?.id}`)
  const unlinked = await app.stranger.problem('POST', '/api/oauth/oidc', { intent: 'link' })
  expect(unlinked).toMatchObject({ code: 'unauthenticated' })
})

test('whoever made an account with an address that is not theirs is out once its owner comes, and was never joined by them', async () => {
  const people = { a1: ann, z9: { name: 'Mallory', email: 'mallory@example.com', email_verified: true } }
  const app = await startApp({ env: settings(await startOpenIdServer(people, CALLBACK), { SIGNUP: 'open' }) })
  const squatting = { email: 'ann@example.com', name: 'Mallory', password: 'grünkohl tapete' }
  const signedUp = await app.stranger.request('POST', '/api/sign-up', squatting)
  const mallory = createApiClient(app.url, signedUp.headers.get('set-cookie')?.split(';')[0] ?? null)
  // Ways to stay: another identity, a key, tokens of the session.
  expect(await new Traveller(app, mallory).travel('z9', { intent: 'link' })).toBe('/settings/account')
  const { secret } = await makeKey(mallory)
  const tokens = await exchange(mallory, null, ['chat', 'read'])

  const victim = new Traveller(app)
  expect(await victim.travel('a1')).toBe('/#problem=email_taken')
  expect(victim.client().cookie).toBeNull()

  const { items } = await app.client.json<PeoplePage>('GET', '/api/people')
  const id = items.find(({ email }) => email === 'ann@example.com')?.id
  const link = await app.client.json<{ url: string }>('POST', `/api/people/${id}/password-link`)
  const reset = { code: new URL(link.url).hash.slice(1), password: 'lampe ozean dreizehn' }
  expect((await app.stranger.request('POST', '/api/password/reset', reset)).status).toBe(200)
  expect((await mallory.request('GET', '/api/session')).status).toBe(401)
  const { email, password } = squatting
  expect((await app.stranger.request('POST', '/api/session', { email, password })).status).toBe(401)
  await untilStatus(() => app.stranger.request('GET', '/api/session', undefined, bearer(secret)), 401)
  await untilStatus(() => app.stranger.request('GET', '/api/session', undefined, bearer(tokens.accessToken)), 401)
  const { refreshToken } = tokens
  expect((await app.stranger.request('POST', '/api/tokens/refresh', { refreshToken })).status).toBe(401)
  const again = new Traveller(app)
  await again.travel('z9')
  const back = await again.client().request('GET', '/api/session')
  // Somebody else by now, if anybody.
  const who = back.ok ? ((await back.json()) as Session).person.id : null
  expect(who).not.toBe(id)
})

test('the way back is this browser’s, of this trip, and once', async () => {
  const app = await startApp({ env: settings(await startOpenIdServer({ a1: ann }, CALLBACK), { SIGNUP: 'open' }) })
  const traveller = new Traveller(app)
  const callback = await traveller.visit(await traveller.setOut({ intent: 'sign-in' }), 'a1')
  const failed = '/#problem=provider_failed'
  // Another browser, with a trip of its own or without one.
  const other = new Traveller(app)
  expect(await other.comeBack(callback)).toBe(failed)
  await other.setOut({ intent: 'sign-in' })
  expect(await other.comeBack(callback)).toBe(failed)
  expect(await other.client().problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
  expect(await traveller.comeBack(callback)).toBe('/')
  expect(await traveller.comeBack(callback)).toBe(failed)
  for (const change of [{ state: 'x' }, { iss: 'https://elsewhere.example' }, { code: 'x' }]) {
    const again = new Traveller(app)
    const url = new URL(await again.visit(await again.setOut({ intent: 'sign-in' }), 'a1'))
    for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value)
    expect(await again.comeBack(url.href), JSON.stringify(change)).toBe(failed)
  }
})

test('a provider that lies vouches for nobody', async () => {
  const hostile = await startHostileServer()
  const app = await startApp({ env: settings(hostile.issuer, { SIGNUP: 'open', OWNER_EMAIL: 'eve@example.com' }) })
  const lies: [string, HostileServer['lies']][] = [
    ['another issuer', { claims: { iss: 'https://accounts.google.com' } }],
    ['another client', { claims: { aud: 'somebody-else' } }],
    ['another trip', { claims: { nonce: 'x' } }],
    ['no trip', { claims: { nonce: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ['too old', { claims: { exp: 1, iat: 0 } }],
    ['no signature', { signature: 'none' }],
    ['a foreign signature', { signature: 'foreign' }],
  ]
  for (const [name, lie] of lies) {
    hostile.lies = lie
    expect(await travel(app, hostile), name).toBe('/#problem=provider_failed')
  }
  hostile.lies = {}
  expect(await travel(app, hostile, { iss: null }), 'no issuer in the answer').toBe('/#problem=provider_failed')
  expect(await travel(app, hostile)).toBe('/')
  const { items } = await app.client.json<PeoplePage>('GET', '/api/people')
  // The address was not verified, so it is nobody's here.
  expect(items.filter(({ role }) => role === 'member')).toMatchObject([{ email: null }])
})

test('OWNER_EMAIL makes the owner only where the provider has verified it', async () => {
  const hostile = await startHostileServer()
  const env = settings(hostile.issuer, { SIGNUP: 'closed', OWNER_EMAIL: 'eve@example.com' })
  const app = await startApp({ env, owner: false })
  for (const email_verified of [undefined, false, 'true', 1]) {
    hostile.lies = { claims: { email_verified } }
    expect(await travel(app, hostile), String(email_verified)).toBe('/#problem=sign_up_closed')
  }
  hostile.lies = { claims: { email_verified: true } }
  const traveller = new Traveller(app)
  expect(await travel(app, hostile, {}, traveller)).toBe('/')
  expect((await traveller.client().json<Session>('GET', '/api/session')).person.role).toBe('owner')
})

/** To the hostile provider and back: it has no page, so its answer is made here. */
async function travel(
  app: TestApp,
  hostile: HostileServer,
  { iss = hostile.issuer }: { iss?: string | null } = {},
  traveller = new Traveller(app),
): Promise<string> {
  const out = new URL(await traveller.setOut({ intent: 'sign-in' })).searchParams
  expect(out.get('code_challenge_method')).toBe('S256')
  const back = new URL(out.get('redirect_uri') ?? '')
  back.search = new URLSearchParams({
    state: out.get('state') ?? '',
    code: out.get('nonce') ?? '',
    ...(iss === null ? {} : { iss }),
  }).toString()
  return traveller.comeBack(back.href)
}
