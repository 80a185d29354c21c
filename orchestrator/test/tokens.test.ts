import { execFileSync } from 'node:child_process'
import { createHmac, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { base64url } from 'jose'
import { describe, expect, inject, test } from 'vitest'
import { openSecrets } from '../src/secrets/open-secrets.ts'
import { reseal } from '../src/users/reseal.ts'
import { anotherPerson } from './support/another-person.ts'
import { bearer, exchange, makeKey, untilStatus } from './support/credentials.ts'
import { SECRET_KEY, startApp, type TestApp } from './support/start-app.ts'

const whoAmI = (app: TestApp, token: string): Promise<Response> =>
  app.stranger.request('GET', '/api/session', undefined, bearer(token))

const refresh = (app: TestApp, refreshToken: string): Promise<Response> =>
  app.stranger.request('POST', '/api/tokens/refresh', { refreshToken })

async function refreshed(app: TestApp, refreshToken: string): Promise<{ accessToken: string; refreshToken: string }> {
  const response = await refresh(app, refreshToken)
  expect(response.status).toBe(200)
  return (await response.json()) as { accessToken: string; refreshToken: string }
}

test('a key or a session is exchanged for tokens, which call, renew themselves, and end with what they were made from', async () => {
  const app = await startApp()
  const { key, secret } = await makeKey(app.client, ['chat'])
  const fromKey = await exchange(app.client, secret)
  expect(fromKey).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, scopes: ['chat'] })
  expect((await whoAmI(app, fromKey.accessToken)).status).toBe(200)
  const next = await refreshed(app, fromKey.refreshToken)
  expect((await whoAmI(app, next.accessToken)).status).toBe(200)
  const fromSession = await exchange(app.client, null, ['read'])
  expect((await whoAmI(app, fromSession.accessToken)).status).toBe(200)
  await app.client.json('DELETE', `/api/keys/${key.id}`)
  expect((await whoAmI(app, next.accessToken)).status).toBe(401)
  expect((await refresh(app, next.refreshToken)).status).toBe(401)
  expect((await whoAmI(app, fromSession.accessToken)).status).toBe(200)
  await app.client.json('DELETE', '/api/session')
  await untilStatus(() => whoAmI(app, fromSession.accessToken), 401)
  expect((await refresh(app, fromSession.refreshToken)).status).toBe(401)
})

test('tokens have no more than the scopes of their key, and make no further tokens', async () => {
  const app = await startApp()
  const { secret } = await makeKey(app.client, ['chat', 'read'])
  const wider = await app.stranger.problem('POST', '/api/tokens', { scopes: ['admin'] }, bearer(secret))
  expect(wider).toMatchObject({ status: 403 })
  const { accessToken, refreshToken } = await exchange(app.client, secret, ['chat'])
  const list = await app.stranger.problem('GET', '/api/conversations', undefined, bearer(accessToken))
  expect(list).toMatchObject({ status: 403 })
  expect(await app.stranger.problem('POST', '/api/tokens', {}, bearer(accessToken))).toMatchObject({ status: 403 })
  expect(await app.client.problem('POST', '/api/tokens', {})).toMatchObject({ status: 400 })
  // One is not taken for the other.
  expect((await whoAmI(app, refreshToken)).status).toBe(401)
  expect((await refresh(app, accessToken)).status).toBe(401)
  expect((await refresh(app, secret)).status).toBe(401)
})

test('two requests at once with the same refresh token both survive, and so do the tokens they got', async () => {
  const app = await startApp()
  const { secret } = await makeKey(app.client)
  const { refreshToken } = await exchange(app.client, secret)
  const pairs = await Promise.all([refreshed(app, refreshToken), refreshed(app, refreshToken)])
  expect(new Set(pairs.map((pair) => pair.refreshToken)).size).toBe(2)
  for (const pair of pairs) {
    expect((await whoAmI(app, pair.accessToken)).status).toBe(200)
    await refreshed(app, pair.refreshToken)
  }
})

test('a refresh token ends its family when told to, and an unknown one is no error', async () => {
  const app = await startApp()
  const { secret } = await makeKey(app.client)
  const { refreshToken, accessToken } = await exchange(app.client, secret)
  for (const token of [refreshToken, 'aiar_nobody-knows-this-one']) {
    expect((await app.stranger.request('POST', '/api/tokens/revoke', { refreshToken: token })).status).toBe(204)
  }
  expect((await whoAmI(app, accessToken)).status).toBe(401)
  expect((await refresh(app, refreshToken)).status).toBe(401)
})

test('forged tokens signed with any word of the files that are deployed are refused, whoever they name', async () => {
  const app = await startApp()
  const { secret } = await makeKey(app.client)
  const { accessToken } = await exchange(app.client, secret)
  const [header = '', payload = ''] = accessToken.split('.')
  const words = deployedWords()
  expect(words.size).toBeGreaterThan(1000)
  const body = `${header}.${payload}`
  const keys = [...words].flatMap((word) => [
    Buffer.from(word),
    Buffer.from(hkdfSync('sha256', word, '', 'ai-assistant/access-token', 32)),
  ])
  const good = accessToken.split('.')[2]
  for (const key of keys) expect(createHmac('sha256', key).update(body).digest('base64url')).not.toBe(good)
  // Some of them over the wire, too.
  for (const key of [...keys.slice(0, 20), Buffer.from(SECRET_KEY)]) {
    const forged = `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
    expect((await whoAmI(app, forged)).status).toBe(401)
  }
  const none = base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))
  expect((await whoAmI(app, `${none}.${payload}.`)).status).toBe(401)
})

/** Every word, value and quoted text of the files that say how this is deployed: secrets people forget to change. */
function deployedWords(): Set<string> {
  const root = resolve(import.meta.dirname, '../..')
  const named = [
    'docker-compose*.yml',
    'helm',
    'k8s',
    '.env.example',
    '.github',
    '.gitlab-ci.yml',
    'monitoring',
    'nginx',
  ]
  const files = execFileSync('git', ['ls-files', '-z', ...named, 'scripts'], { cwd: root, encoding: 'utf8' })
  const words = new Set<string>([''])
  for (const file of files.split('\0').filter((name) => name !== '' && name !== 'k8s/deployments')) {
    for (const line of readFileSync(resolve(root, file), 'utf8').split('\n')) {
      for (const word of line.matchAll(/[^\s'"`=:,{}()[\]]+|'[^']*'|"[^"]*"/g))
        words.add(word[0].replaceAll(/['"]/g, ''))
    }
  }
  return words
}

describe.skipIf(inject('postgresUrl') === null)('in a database that two may open', () => {
  test('a refresh token that is used again later ends everything that came of it', async () => {
    const app = await startApp()
    const { database } = await anotherPerson(app)
    const { secret } = await makeKey(app.client)
    const first = await exchange(app.client, secret)
    const second = await refreshed(app, first.refreshToken)
    await database.asSystem((tx) => tx.sql(`update refresh_token set used_at = used_at - interval '11 seconds'`))
    expect((await refresh(app, first.refreshToken)).status).toBe(401)
    expect((await refresh(app, second.refreshToken)).status).toBe(401)
    await untilStatus(() => whoAmI(app, second.accessToken), 401)
    expect((await whoAmI(app, secret)).status).toBe(200)
  })

  test('another SECRET_KEY and JWT_SECRET_KEY log nobody out while the ones before are named', async () => {
    const env = { JWT_SECRET_KEY: 'the-first-key-that-signs-tokens-in-tests' }
    const app = await startApp({ env })
    const { secret } = await makeKey(app.client)
    const pair = await exchange(app.client, secret)
    const rotated = await startApp({
      database: app.database,
      env: {
        SECRET_KEY: 'another-secret-key-for-tests-that-is-long-too',
        SECRET_KEY_PREVIOUS: SECRET_KEY,
        JWT_SECRET_KEY: 'the-second-key-that-signs-tokens-in-tests',
        JWT_SECRET_KEY_PREVIOUS: env.JWT_SECRET_KEY,
      },
    })
    const cookie = { cookie: app.client.cookie ?? '' }
    expect((await whoAmI(rotated, secret)).status).toBe(200)
    expect((await whoAmI(rotated, pair.accessToken)).status).toBe(200)
    expect((await rotated.stranger.request('GET', '/api/session', undefined, cookie)).status).toBe(200)
    await refreshed(rotated, pair.refreshToken)
    // Sealed anew, a key needs the old SECRET_KEY no more, however often the next is changed.
    const { database } = await anotherPerson(app)
    const [secretKey, dataDir] = ['another-secret-key-for-tests-that-is-long-too', '']
    const keys = await openSecrets({ secretKey, previous: SECRET_KEY, dataDir })
    expect(await reseal(database, keys)).toEqual({ resealed: 1, unreadable: 0 })
    expect(await reseal(database, keys)).toEqual({ resealed: 0, unreadable: 0 })
    const later = await startApp({ database: app.database, env: { SECRET_KEY: secretKey } })
    expect((await whoAmI(later, secret)).status).toBe(200)
    // Without either key, it is unknown, and nothing breaks.
    const lost = await startApp({
      database: app.database,
      env: { SECRET_KEY: 'a-secret-key-that-sealed-nothing-at-all-here' },
    })
    expect((await whoAmI(lost, secret)).status).toBe(401)
    const back = await openSecrets({ secretKey: SECRET_KEY, previous: secretKey, dataDir })
    expect(await reseal(database, back)).toEqual({ resealed: 1, unreadable: 0 })
    // One key does not do the other's work: tokens do not hang on SECRET_KEY, keys not on JWT_SECRET_KEY.
    const unnamed = await startApp({
      database: app.database,
      env: { JWT_SECRET_KEY: 'a-third-key-that-signs-tokens-in-tests' },
    })
    expect((await whoAmI(unnamed, secret)).status).toBe(200)
    expect((await whoAmI(unnamed, pair.accessToken)).status).toBe(401)
  })
})
