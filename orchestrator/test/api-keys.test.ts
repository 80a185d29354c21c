import { type ApiKeys, type Route, routes } from '@ai-assistant/contract'
import { describe, expect, inject, test, vi } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { bearer, makeKey, untilStatus } from './support/credentials.ts'
import { startApp } from './support/start-app.ts'

test('a key is shown once, calls in the name of its person, and is refused once it is revoked', async () => {
  const { client, stranger } = await startApp()
  const { key, secret } = await makeKey(client)
  expect(secret).toMatch(/^aia_[0-9a-f]{48}$/)
  expect(secret.startsWith(key.prefix)).toBe(true)
  expect(await client.json('GET', '/api/session')).toEqual(
    await stranger.json('GET', '/api/session', undefined, bearer(secret)),
  )
  const list = await client.json<{ items: { lastUsedAt: string | null }[] }>('GET', '/api/keys')
  expect(JSON.stringify(list)).not.toContain(secret)
  expect(list.items).toHaveLength(1)
  await client.json('DELETE', `/api/keys/${key.id}`)
  const refused = await stranger.problem('GET', '/api/session', undefined, bearer(secret))
  expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(await client.json('GET', '/api/keys')).toEqual({ items: [] })
})

test('the use of a key is noted', async () => {
  const { client, stranger } = await startApp()
  const { secret } = await makeKey(client)
  await stranger.json('GET', '/api/session', undefined, bearer(secret))
  const lastUse = async (): Promise<string | null> =>
    (await client.json<ApiKeys>('GET', '/api/keys')).items[0]?.lastUsedAt ?? null
  await vi.waitUntil(lastUse)
  expect(await lastUse()).toMatch(/^\d{4}-/)
})

test('a key may do what its scopes say: every route is tried with a key of each scope', async () => {
  const { client, stranger } = await startApp()
  const secrets = {
    chat: (await makeKey(client, ['chat'])).secret,
    read: (await makeKey(client, ['read'])).secret,
    admin: (await makeKey(client, ['admin'])).secret,
  }
  const [wrongly, allowed]: [string[], string[]] = [[], []]
  for (const [name, route] of Object.entries<Route>(routes)) {
    if (route.auth !== 'person' && route.auth !== 'admin') continue
    const path = route.path.replaceAll(/:\w+/g, '00000000-0000-7000-8000-000000000000')
    for (const [scope, secret] of Object.entries(secrets)) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : {}
      const response = await stranger.request(route.method, path, body, bearer(secret))
      await response.body?.cancel()
      const may = route.scope === 'any' || route.scope === scope
      if (may !== (response.status !== 403)) wrongly.push(`${name} with ${scope}: ${response.status}`)
      if (may) allowed.push(name)
    }
  }
  expect(wrongly).toEqual([])
  expect(allowed.length).toBeGreaterThan(10)
})

test('a call with a bearer token is judged by it alone: a cookie beside it does not count, nor does its site', async () => {
  const { client, stranger } = await startApp()
  const { secret } = await makeKey(client)
  expect(await client.problem('GET', '/api/session', undefined, bearer('aia_nobody'))).toMatchObject({ status: 401 })
  expect(await client.problem('GET', '/api/keys', undefined, bearer(secret))).toMatchObject({ status: 403 })
  const elsewhere = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
  expect(await client.problem('POST', '/api/tokens', {}, elsewhere)).toMatchObject({ code: 'cross_site' })
  const answer = await stranger.request('POST', '/api/tokens', {}, { ...bearer(secret), ...elsewhere })
  expect(answer.status).toBe(200)
})

test('headers that name a person, and tokens in addresses, are nobody', async () => {
  const { client, stranger } = await startApp()
  const { person } = await client.json<{ person: { id: string } }>('GET', '/api/session')
  const { secret } = await makeKey(client)
  for (const name of ['x-user-id', 'x-forwarded-user', 'x-api-key', 'x-auth-token', 'api-key']) {
    for (const value of [person.id, secret]) {
      expect((await stranger.request('GET', '/api/session', undefined, { [name]: value })).status, name).toBe(401)
    }
  }
  for (const name of ['api_key', 'access_token', 'token', 'key']) {
    expect((await stranger.request('GET', `/api/session?${name}=${secret}`)).status, name).toBe(401)
  }
})

test('an expired key is refused', async () => {
  const app = await startApp()
  if (app.database.kind !== 'postgres') return
  const { database } = await anotherPerson(app)
  const { key, secret } = await makeKey(app.client, ['read'], 1)
  expect(key.expiresAt).not.toBeNull()
  await database.asSystem((tx) => tx.sql('update api_key set expires_at = now() where id = $1', [key.id]))
  expect((await app.stranger.request('GET', '/api/session', undefined, bearer(secret))).status).toBe(401)
})

test('what is asked for wrongly is told, and nobody has keys without end', async () => {
  const { client } = await startApp()
  const wrong = [
    {},
    { name: '', scopes: ['chat'], expiresInDays: null },
    { name: 'x', scopes: [], expiresInDays: null },
  ]
  for (const body of wrong) expect((await client.problem('POST', '/api/keys', body)).status).toBe(400)
  const unknown = { name: 'x', scopes: ['root'], expiresInDays: null }
  expect((await client.problem('POST', '/api/keys', unknown)).errors?.[0]?.field).toBe('body.scopes.0')
  await Promise.all(Array.from({ length: 50 }, () => makeKey(client)))
  const last = await client.problem('POST', '/api/keys', { name: 'x', scopes: ['chat'], expiresInDays: 1 })
  expect(last).toMatchObject({ status: 422, code: 'unprocessable' })
})

describe.skipIf(inject('postgresUrl') === null)('beside another person', () => {
  test('nobody sees or revokes the keys of others, and members get no key for administrators', async () => {
    const app = await startApp()
    const { client } = await anotherPerson(app)
    const { key, secret } = await makeKey(app.client)
    expect(await client.json('GET', '/api/keys')).toEqual({ items: [] })
    expect(await client.problem('DELETE', `/api/keys/${key.id}`)).toMatchObject({ status: 404 })
    expect((await app.stranger.request('GET', '/api/session', undefined, bearer(secret))).status).toBe(200)
    const asAdmin = await client.problem('POST', '/api/keys', { name: 'x', scopes: ['admin'], expiresInDays: null })
    expect(asAdmin).toMatchObject({ status: 403 })
  })

  test('who is suspended is refused by each credential, and who is demoted is no administrator by any', async () => {
    const app = await startApp()
    const { id, client, database } = await anotherPerson(app)
    await database.asSystem((tx) => tx.sql(`update app_user set role = 'admin' where id = $1`, [id]))
    const { secret } = await makeKey(client, ['admin', 'chat'])
    const pair = await client.json<{ accessToken: string; refreshToken: string }>(
      'POST',
      '/api/tokens',
      {},
      bearer(secret),
    )
    const each: [string, Record<string, string>][] = [
      ['the key', bearer(secret)],
      ['the token', bearer(pair.accessToken)],
      ['the session', { cookie: client.cookie ?? '' }],
    ]
    const accept = (headers: Record<string, string>): Promise<Response> =>
      app.stranger.request('POST', '/api/model/test', undefined, headers)
    for (const [name, headers] of each) expect((await accept(headers)).status, name).toBe(200)
    await database.asSystem((tx) => tx.sql(`update app_user set role = 'member' where id = $1`, [id]))
    for (const [, headers] of each) await untilStatus(() => accept(headers), 403)
    await database.asSystem((tx) => tx.sql(`update app_user set status = 'suspended' where id = $1`, [id]))
    for (const [, headers] of each) await untilStatus(() => accept(headers), 401)
    const renewed = await app.stranger.problem('POST', '/api/tokens/refresh', { refreshToken: pair.refreshToken })
    expect(renewed).toMatchObject({ status: 401 })
  })
})
