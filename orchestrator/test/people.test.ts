import type { Account, Invited, PeoplePage, PersonView, Session, SessionView, Tokens } from '@ai-assistant/contract'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { openSecrets } from '../src/secrets/open-secrets.ts'
import { openDatabase } from '../src/storage/open-database.ts'
import { createSignInThrottle } from '../src/users/sign-in-throttle.ts'
import { anotherPerson } from './support/another-person.ts'
import { type ApiClient, createApiClient } from './support/api-client.ts'
import { bearer, exchange, untilStatus } from './support/credentials.ts'
import { startMailbox } from './support/mailbox.ts'
import { SECRET_KEY, startApp, type TestApp } from './support/start-app.ts'

const PASSWORD = 'grünkohl tapete'
const OTHER_PASSWORD = 'lampe ozean dreizehn'
const EMAIL = 'ann@example.com'

/** Signs up or in by a route that answers with a cookie. */
async function enter(app: TestApp, path: string, body: unknown): Promise<ApiClient> {
  const response = await app.stranger.request('POST', path, body)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return createApiClient(app.url, response.headers.get('set-cookie')?.split(';')[0] ?? null)
}

async function invited(app: TestApp, invite: { email?: string; role?: string } = {}): Promise<string> {
  const { url } = await app.client.json<Invited>('POST', '/api/invitations', invite)
  return new URL(url ?? '').hash.slice(1)
}

/** A member who came by an invitation. */
async function member(app: TestApp, email = EMAIL, password = PASSWORD): Promise<{ client: ApiClient; id: string }> {
  const client = await enter(app, '/api/sign-up', { code: await invited(app, { email }), name: 'Ann', password })
  return { client, id: (await client.json<Session>('GET', '/api/session')).person.id }
}

/** Reads a stream that has begun by the time this resolves; `whole` says whether it came to its end, and was not cut. */
async function watch(client: ApiClient, runId: string): Promise<{ whole: Promise<boolean> }> {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const open = (): boolean => {
    resolve()
    return false
  }
  const whole = client.follow(runId, 0, open).then(
    (stream) => stream.done,
    () => false,
  )
  await Promise.race([begun, whole])
  return { whole }
}

async function people(app: TestApp): Promise<PersonView[]> {
  return (await app.client.json<PeoplePage>('GET', '/api/people')).items
}

describe('coming in', () => {
  test('an invitation’s link makes one account, once, and its password signs in', async () => {
    const app = await startApp()
    const code = await invited(app, { email: EMAIL })
    expect(await app.stranger.json('POST', '/api/sign-up/code', { code })).toEqual({ email: EMAIL })
    const weak = await app.stranger.problem('POST', '/api/sign-up', { code, name: 'Ann', password: 'basketball' })
    expect(weak).toMatchObject({ status: 400, errors: [{ field: 'body.password' }] })
    const client = await enter(app, '/api/sign-up', { code, name: 'Ann', password: PASSWORD })
    const { person } = await client.json<Session>('GET', '/api/session')
    expect(person).toMatchObject({ name: 'Ann', email: EMAIL, role: 'member' })
    expect(await app.stranger.problem('POST', '/api/sign-up', { code, name: 'Eve', password: PASSWORD })).toMatchObject(
      {
        status: 401,
        code: 'code_invalid',
      },
    )
    const again = await enter(app, '/api/session', { email: 'ANN@example.com', password: PASSWORD })
    expect((await again.json<Session>('GET', '/api/session')).person.id).toBe(person.id)
    // An administrator handed the link over: nothing shows that the address is Ann's.
    expect((await people(app)).find(({ id }) => id === person.id)).toMatchObject({
      emailVerified: false,
      hasPassword: true,
    })
  })

  test('an unknown address, a wrong password and an account without one are refused in the same words', async () => {
    const app = await startApp()
    await member(app)
    await app.client.json('POST', '/api/account/email', { email: 'owner@example.com' })
    const refusals = []
    for (const email of [EMAIL, 'nobody@example.com', 'owner@example.com']) {
      const { requestId: _, ...problem } = await app.stranger.problem('POST', '/api/session', {
        email,
        password: 'not the password',
      })
      refusals.push(problem)
    }
    expect(refusals[0]).toMatchObject({ status: 401, code: 'sign_in_failed' })
    expect(refusals[1]).toEqual(refusals[0])
    expect(refusals[2]).toEqual(refusals[0])
  })

  test('guesses are slowed down, at an account that is there as at one that is not, and many at once are no more', async () => {
    const app = await startApp({ env: { TRUSTED_PROXIES: 'loopback' } })
    await member(app)
    for (const email of [EMAIL, 'nobody@example.com']) {
      const from = { 'x-forwarded-for': `198.51.100.${email.length}` }
      const tries = await Promise.all(
        Array.from({ length: 14 }, () =>
          app.stranger.request('POST', '/api/session', { email, password: 'not the password' }, from),
        ),
      )
      const statuses = tries.map((response) => response.status)
      expect(statuses.filter((status) => status === 401)).toHaveLength(10)
      expect(statuses.filter((status) => status === 429)).toHaveLength(4)
      const slowed = tries.find((response) => response.status === 429)
      expect(Number(slowed?.headers.get('retry-after'))).toBeGreaterThan(60)
    }
    // The stranger's guesses keep nobody else out.
    await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
  })

  test.skipIf(inject('postgresUrl') === null)(
    'guesses from everywhere keep strangers out, and not the person where they have a session, who guesses no more often there',
    async () => {
      const app = await startApp({ env: { TRUSTED_PROXIES: 'loopback', RATE_LIMIT_ENABLED: 'false' } })
      await member(app)
      const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })
      const signIn = (address: string, password: string): Promise<Response> =>
        app.stranger.request('POST', '/api/session', { email: EMAIL, password }, from(address))
      expect((await signIn('198.51.100.1', PASSWORD)).status).toBe(200)
      const { database } = await anotherPerson(app)
      const throttle = createSignInThrottle(
        database,
        await openSecrets({ secretKey: SECRET_KEY, previous: null, dataDir: '' }),
      )
      for (let n = 0; n < 100; n++)
        await throttle.tryPassword({ email: EMAIL, address: `203.0.113.${n}`, familiar: false })
      expect((await signIn('198.51.100.2', PASSWORD)).status).toBe(429)
      expect((await signIn('198.51.100.1', PASSWORD)).status).toBe(200)
      const guesses = await Promise.all(Array.from({ length: 12 }, () => signIn('198.51.100.1', 'not the password')))
      expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10)
      expect(guesses.filter(({ status }) => status === 429)).toHaveLength(2)
      // Another account is nobody's business there.
      expect(
        (await app.stranger.request('POST', '/api/session', { email: 'x@example.com', password: PASSWORD })).status,
      ).toBe(401)
    },
  )

  test('a password that was set anew or changed ends sessions, refresh tokens and access tokens', async () => {
    const mailbox = await startMailbox()
    const app = await startApp({ env: { SMTP_URL: mailbox.url, RATE_LIMIT_ENABLED: 'false' } })
    await app.client.json('POST', '/api/invitations', { email: EMAIL })
    const join = await mailbox.next(EMAIL)
    const client = await enter(app, '/api/sign-up', { code: join.code, name: 'Ann', password: PASSWORD })
    const whoAmI = (token: string): Promise<Response> =>
      app.stranger.request('GET', '/api/session', undefined, bearer(token))
    const expectEnded = async ({ accessToken, refreshToken }: Tokens): Promise<void> => {
      expect((await app.stranger.request('POST', '/api/tokens/refresh', { refreshToken })).status).toBe(401)
      await untilStatus(() => whoAmI(accessToken), 401)
    }
    const other = await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
    const ofOther = await exchange(other, null, ['chat', 'read'])
    expect((await whoAmI(ofOther.accessToken)).status).toBe(200)
    await client.json('POST', '/api/account/password', { current: PASSWORD, password: OTHER_PASSWORD })
    await expectEnded(ofOther)
    expect((await other.request('GET', '/api/session')).status).toBe(401)

    await mailbox.next(EMAIL)
    const own = await exchange(client, null, ['chat', 'read'])
    await app.stranger.request('POST', '/api/password/link', { email: EMAIL })
    const { code } = await mailbox.next(EMAIL)
    await enter(app, '/api/password/reset', { code, password: PASSWORD })
    await expectEnded(own)
    expect((await client.request('GET', '/api/session')).status).toBe(401)
  })

  test('SIGNUP decides who makes an account; where it is open without mail, the form is enough', async () => {
    const form = { email: EMAIL, name: 'Ann', password: PASSWORD }
    for (const SIGNUP of ['invite', 'closed']) {
      const app = await startApp({ env: { SIGNUP } })
      expect(await app.stranger.problem('POST', '/api/sign-up', form)).toMatchObject({
        status: 403,
        code: 'sign_up_closed',
      })
      const invitation = await app.client.request('POST', '/api/invitations', {})
      expect(invitation.status).toBe(SIGNUP === 'invite' ? 200 : 403)
      await app.close()
    }
    const app = await startApp({ env: { SIGNUP: 'open' } })
    expect(await app.stranger.json('GET', '/api/sign-in')).toMatchObject({ signUp: 'open', mail: false })
    await enter(app, '/api/sign-up', form)
    expect(await app.stranger.problem('POST', '/api/sign-up', form)).toMatchObject({ code: 'email_taken' })
  })
})

describe('by mail', () => {
  test('a sign-up link proves the address, and says nothing to whoever asked', async () => {
    const mailbox = await startMailbox({ refuse: 1, user: 'assistant', password: 'secret' })
    const app = await startApp({ env: { SIGNUP: 'open', SMTP_URL: mailbox.url, PUBLIC_URL: 'http://chat.test' } })
    const ask = () => app.stranger.request('POST', '/api/sign-up/link', { email: EMAIL })
    expect((await ask()).status).toBe(204)
    const { code, text } = await mailbox.next(EMAIL)
    expect(text).toContain(`http://chat.test/join#${code}`)
    expect(
      await app.stranger.problem('POST', '/api/sign-up', { email: EMAIL, name: 'A', password: PASSWORD }),
    ).toMatchObject({ code: 'sign_up_closed' })
    const client = await enter(app, '/api/sign-up', { code, name: 'Ann', password: PASSWORD })
    expect(await client.json('GET', '/api/account')).toMatchObject({ emailVerified: true, hasPassword: true })
    expect((await ask()).status).toBe(204)
    expect((await mailbox.next(EMAIL)).text).toContain('You have one already')
  })

  test('a forgotten password is set anew by a mailed link, which ends every session and tells the person', async () => {
    const mailbox = await startMailbox()
    const app = await startApp({ env: { SMTP_URL: mailbox.url } })
    const { email } = (await app.client.json<Invited>('POST', '/api/invitations', { email: EMAIL })).invitation
    expect(email).toBe(EMAIL)
    const join = await mailbox.next(EMAIL)
    const client = await enter(app, '/api/sign-up', { code: join.code, name: 'Ann', password: PASSWORD })
    for (const address of [EMAIL, 'nobody@example.com']) {
      expect((await app.stranger.request('POST', '/api/password/link', { email: address })).status).toBe(204)
    }
    const { code } = await mailbox.next(EMAIL)
    for (const wrong of [null, '', 'x'.repeat(43), [code], { code }]) {
      const refused = await app.stranger.request('POST', '/api/password/reset', {
        code: wrong,
        password: OTHER_PASSWORD,
      })
      expect([400, 401]).toContain(refused.status)
    }
    const fresh = await enter(app, '/api/password/reset', { code, password: OTHER_PASSWORD })
    await fresh.json('GET', '/api/session')
    expect(await client.problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
    expect((await mailbox.next(EMAIL)).text).toContain('was changed')
    expect(await app.stranger.problem('POST', '/api/password/reset', { code, password: PASSWORD })).toMatchObject({
      code: 'code_invalid',
    })
    expect(mailbox.letters.some(({ to }) => to === 'nobody@example.com')).toBe(false)
  })

  test('an invitation that the mail server does not take is handed over instead, and proves no address', async () => {
    const mailbox = await startMailbox({ refuse: 1 })
    const app = await startApp({ env: { SMTP_URL: mailbox.url } })
    const invite = (email: string): Promise<Invited> => app.client.json('POST', '/api/invitations', { email })
    const refused = await invite(EMAIL)
    expect(refused).toMatchObject({ mailFailed: true, invitation: { mailed: false } })
    const code = new URL(refused.url ?? '').hash.slice(1)
    const client = await enter(app, '/api/sign-up', { code, name: 'Ann', password: PASSWORD })
    expect((await client.json<Account>('GET', '/api/account')).emailVerified).toBe(false)
    expect(await invite('bob@example.com')).toMatchObject({
      url: null,
      mailFailed: false,
      invitation: { mailed: true },
    })
    expect(mailbox.letters.map(({ to }) => to)).toEqual(['bob@example.com'])
  })

  test('a new address counts once its link is opened by whoever asked', async () => {
    const mailbox = await startMailbox()
    const app = await startApp({ env: { SMTP_URL: mailbox.url, SIGNUP: 'open' } })
    const sent = await app.client.json('POST', '/api/account/email', { email: 'boss@example.com' })
    expect(sent).toEqual({ sent: true })
    const { code } = await mailbox.next('boss@example.com')
    await app.stranger.request('POST', '/api/sign-up/link', { email: EMAIL })
    const join = await mailbox.next(EMAIL)
    const ann = await enter(app, '/api/sign-up', { code: join.code, name: 'Ann', password: PASSWORD })
    expect(await ann.problem('POST', '/api/account/email/code', { code })).toMatchObject({ code: 'code_invalid' })
    await app.client.json('POST', '/api/account/email', { email: 'boss@example.com' })
    const fresh = await mailbox.next('boss@example.com')
    const account = await app.client.json<Account>('POST', '/api/account/email/code', { code: fresh.code })
    expect(account).toMatchObject({ emailVerified: true, person: { email: 'boss@example.com' } })
  })
})

describe('an account', () => {
  test('changes its password with the old one, and every other session ends', async () => {
    const app = await startApp()
    const { client } = await member(app)
    const other = await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
    for (const current of [undefined, 'not the password']) {
      expect(
        await client.problem('POST', '/api/account/password', { current, password: OTHER_PASSWORD }),
      ).toMatchObject({
        status: 403,
        code: 'sign_in_again',
      })
    }
    await client.json('POST', '/api/account/password', { current: PASSWORD, password: OTHER_PASSWORD })
    await client.json('GET', '/api/session')
    expect(await other.problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
    await enter(app, '/api/session', { email: EMAIL, password: OTHER_PASSWORD })
  })

  test('sees its sessions and ends one', async () => {
    const app = await startApp()
    const { client } = await member(app)
    const other = await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
    const { items } = await client.json<{ items: SessionView[] }>('GET', '/api/account/sessions')
    expect(items.map(({ current, means }) => ({ current, means }))).toEqual(
      expect.arrayContaining([
        { current: true, means: 'password' },
        { current: false, means: 'password' },
      ]),
    )
    const ended = items.find(({ current }) => !current)
    expect((await app.client.request('DELETE', `/api/account/sessions/${ended?.id}`)).status).toBe(404)
    await client.json('DELETE', `/api/account/sessions/${ended?.id}`)
    expect(await other.problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
  })

  test('exports everything of its own as JSON and Markdown, page by page', async () => {
    const app = await startApp({ model: 'scripted' })
    const { client } = await member(app)
    for (let at = 0; at < 12; at++) app.simulator.script.enqueue({ text: `Answer ${at} with "quotes" and\nlines` })
    const { started } = await client.ask('Question 0')
    for (let at = 1; at < 12; at++) await client.ask(`Question ${at}`, started.conversationId)
    app.simulator.script.enqueue({ text: 'The owner’s own' })
    await app.client.ask('What the owner keeps')
    const json = await client.request('GET', '/api/account/export')
    expect(json.headers.get('content-disposition')).toMatch(/attachment; filename="ai-assistant-.*\.json"/)
    const text = await json.text()
    const all = JSON.parse(text) as {
      account: { email: string }
      conversations: { id: string; messages: { role: string; parts: { text?: string }[]; shown: boolean }[] }[]
      usage: unknown[]
    }
    expect(all.account.email).toBe(EMAIL)
    expect(all.conversations).toHaveLength(1)
    expect(all.conversations[0]?.messages).toHaveLength(24)
    expect(all.usage).toHaveLength(12)
    expect(text).not.toContain('What the owner keeps')
    const markdown = await (await client.request('GET', '/api/account/export?format=markdown')).text()
    expect(markdown.indexOf('Question 3')).toBeLessThan(markdown.indexOf('Answer 3 with'))
    expect(markdown.indexOf('Answer 3 with')).toBeLessThan(markdown.indexOf('Question 4'))
  })

  test('is deleted with everything in it, even in mid-answer; the ledger keeps the sum without the name', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl20-len400' })
    const { client, id } = await member(app)
    const started = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
    const watching = client.follow(started.runId)
    await client.follow(started.runId, 0, (stream) => stream.text.includes('t0008'))
    expect(await client.problem('POST', '/api/account/deletion', {})).toMatchObject({ code: 'sign_in_again' })
    await client.json('POST', '/api/account/deletion', { current: PASSWORD })
    await watching.catch(() => undefined)
    expect(await client.problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
    expect((await people(app)).some((person) => person.id === id)).toBe(false)
    expect(await app.client.problem('POST', '/api/account/deletion', {})).toMatchObject({ code: 'owner_stays' })
  })
})

describe('administrators', () => {
  test('suspension ends open streams and answers, and lets nobody back in by any way', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl20-len2000' })
    const { client, id } = await member(app)
    const { runId } = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
    await client.follow(runId, 0, (stream) => stream.text.includes('t0008'))
    const cut = await watch(client, runId)
    const view = await app.client.json<PersonView>('PATCH', `/api/people/${id}`, { status: 'suspended' })
    expect(view.status).toBe('suspended')
    await cut.whole
    expect(await client.problem('GET', '/api/session')).toMatchObject({ code: 'unauthenticated' })
    expect(await app.stranger.problem('POST', '/api/session', { email: EMAIL, password: PASSWORD })).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
    await app.client.json('PATCH', `/api/people/${id}`, { status: 'active' })
    const back = await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
    const run = await back.run(runId)
    expect(run.state).toBe('cancelled')
  })

  test.skipIf(inject('postgresUrl') === null)(
    'suspension reaches a stream at another replica, bell or no bell',
    async () => {
      const app = await startApp({ model: 'sim-ttft1-itl20-len2000' })
      const { client, id } = await member(app)
      const { runId } = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
      const replica = await startApp({ database: app.database, simulator: app.simulator, owner: false })
      const there = createApiClient(replica.url, client.cookie)
      await there.follow(runId, 0, (stream) => stream.text.includes('t0008'))
      const cut = await watch(there, runId)
      // Straight in the database: nobody rings, and the answer itself goes on.
      const database = await openDatabase(app.database, { log: { debug() {}, info() {}, warn() {} } })
      onTestFinished(() => database.close())
      await database.asSystem((tx) => tx.sql(`update app_user set status = 'suspended' where id = $1`, [id]))
      expect(await cut.whole).toBe(false)
      const rows = await database.asSystem((tx) => tx.sql('select state from run where id = $1', [runId]))
      expect(rows).toEqual([{ state: 'running' }])
    },
  )

  test('signing out and another role end the streams of that session, and no other’s', async () => {
    const app = await startApp({ model: 'sim-ttft1-itl20-len400' })
    const { client, id } = await member(app)
    const second = await enter(app, '/api/session', { email: EMAIL, password: PASSWORD })
    const { runId } = await client.send({ parts: [{ type: 'text', text: 'Hello' }] })
    await client.follow(runId, 0, (stream) => stream.text.includes('t0004'))
    const kept = await watch(second, runId)
    const cut = await watch(client, runId)
    await client.json('DELETE', '/api/session')
    expect(await cut.whole).toBe(false)
    expect(await kept.whole).toBe(true)
    const other = await second.send({ parts: [{ type: 'text', text: 'Again' }] })
    await second.follow(other.runId, 0, (stream) => stream.text.includes('t0004'))
    const demoted = await watch(second, other.runId)
    await app.client.json('PATCH', `/api/people/${id}`, { role: 'admin' })
    expect(await demoted.whole).toBe(false)
    expect((await second.follow(other.runId)).done).toBe(true)
  })

  test('look after members; who is an administrator, and who the owner is, the owner decides', async () => {
    const app = await startApp()
    const { client: admin, id: adminId } = await member(app, 'admin@example.com')
    const { client: ann, id } = await member(app)
    const owner = (await people(app)).find(({ role }) => role === 'owner')?.id
    expect(await ann.problem('GET', '/api/people')).toMatchObject({ status: 403 })
    await app.client.json('PATCH', `/api/people/${adminId}`, { role: 'admin' })
    for (const [method, path, body] of [
      ['PATCH', `/api/people/${id}`, { role: 'admin' }],
      ['PATCH', `/api/people/${owner}`, { status: 'suspended' }],
      ['PATCH', `/api/people/${adminId}`, { role: 'member' }],
      ['POST', `/api/people/${owner}/password-link`, undefined],
      ['DELETE', `/api/people/${owner}`, undefined],
      ['POST', `/api/people/${adminId}/ownership`, undefined],
      ['POST', '/api/invitations', { role: 'admin' }],
    ] as const) {
      const { status, code } = await admin.problem(method, path, body)
      expect([403, 409], `${method} ${path}`).toContain(status)
      expect(['forbidden', 'owner_stays']).toContain(code)
    }
    expect((await admin.request('PATCH', `/api/people/${crypto.randomUUID()}`, { status: 'active' })).status).toBe(404)
    const link = await admin.json<{ url: string }>('POST', `/api/people/${id}/password-link`)
    const code = new URL(link.url).hash.slice(1)
    await enter(app, '/api/password/reset', { code, password: OTHER_PASSWORD })
    expect(await app.stranger.problem('POST', '/api/session', { email: EMAIL, password: PASSWORD })).toMatchObject({
      code: 'sign_in_failed',
    })
    await admin.json('DELETE', `/api/people/${id}`)
    await app.client.json('POST', `/api/people/${adminId}/ownership`)
    const roles = (await people(app)).map((person) => person.role).toSorted()
    expect(roles).toEqual(['admin', 'owner'])
    await app.client.json('POST', '/api/account/deletion', {})
  })

  test('an invitation that was taken back opens nothing', async () => {
    const app = await startApp()
    const { invitation, url } = await app.client.json<Invited>('POST', '/api/invitations', {})
    expect(await app.client.json('GET', '/api/invitations')).toMatchObject({ items: [{ id: invitation.id }] })
    await app.client.json('DELETE', `/api/invitations/${invitation.id}`)
    const code = new URL(url ?? '').hash.slice(1)
    expect(await app.stranger.problem('POST', '/api/sign-up/code', { code })).toMatchObject({ code: 'code_invalid' })
    expect((await app.client.request('DELETE', `/api/invitations/${invitation.id}`)).status).toBe(404)
  })
})

describe.skipIf(inject('postgresUrl') === null)('the owner', () => {
  test('is one, however many claim it at once, by code and by proven address', async () => {
    const mailbox = await startMailbox()
    const env = {
      SIGNUP: 'open',
      SMTP_URL: mailbox.url,
      OWNER_EMAIL: 'boss@example.com',
      RATE_LIMIT_ENABLED: 'false',
    }
    const app = await startApp({ env, owner: false })
    const codes = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        const email = at === 0 ? 'boss@example.com' : `person${at}@example.com`
        await app.stranger.request('POST', '/api/sign-up/link', { email })
        return (await mailbox.next(email)).code
      }),
    )
    const owner = await app.ownerCode()
    // Nobody is let in until the two who may become the owner have each found that there is none, or wait to look.
    const gate = await holdPeople(app)
    const claims = codes.map((code, at) =>
      app.stranger.request('POST', '/api/sign-up', { code, name: `Person ${at}`, password: PASSWORD }),
    )
    await gate.waiting(8)
    claims.push(...Array.from({ length: 42 }, () => app.stranger.request('POST', '/api/session/code', { code: owner })))
    await gate.waiting(9)
    await gate.open()
    const statuses = (await Promise.all(claims)).map((response) => response.status)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(8)
    const client = await app.stranger.signIn(await app.ownerCode())
    const { items } = await client.json<PeoplePage>('GET', '/api/people')
    expect(items.filter(({ role }) => role === 'owner')).toHaveLength(1)
  })

  test('is whoever shows the address in OWNER_EMAIL to be theirs, even where nobody else may sign up', async () => {
    const mailbox = await startMailbox()
    const env = { SIGNUP: 'closed', SMTP_URL: mailbox.url, OWNER_EMAIL: 'boss@example.com' }
    const app = await startApp({ env, owner: false })
    for (const email of ['eve@example.com', 'boss@example.com']) {
      expect((await app.stranger.request('POST', '/api/sign-up/link', { email })).status).toBe(204)
    }
    const { code } = await mailbox.next('boss@example.com')
    const boss = await enter(app, '/api/sign-up', { code, name: 'Boss', password: PASSWORD })
    expect((await boss.json<Session>('GET', '/api/session')).person.role).toBe('owner')
    expect(mailbox.letters).toHaveLength(1)
    expect(await app.stranger.problem('POST', '/api/sign-up/link', { email: 'eve@example.com' })).toMatchObject({
      code: 'sign_up_closed',
    })
  })
})

/** Lets everybody look at the accounts, and nobody add one. */
async function holdPeople(app: TestApp): Promise<{ waiting(count: number): Promise<void>; open(): Promise<void> }> {
  if (app.database.kind !== 'postgres') throw new Error('This is for a server')
  const client = new pg.Client({ connectionString: app.database.url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('begin; lock table app_user in exclusive mode')
  const waiting = async (): Promise<number> => {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from pg_locks where not granted and locktype in ('relation', 'advisory')
       and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows[0]?.count ?? 0
  }
  return {
    waiting: async (count) => void (await vi.waitUntil(async () => (await waiting()) >= count, 20_000)),
    open: async () => void (await client.query('commit')),
  }
}
