import { randomUUID } from 'node:crypto'
import { type Route, type Scope, routes } from '@ai-assistant/contract'
import { startMcpSimulator } from '@ai-assistant/simulators/mcp-simulator'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import type { Compilable } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import { newId } from '../src/lib/new-id.ts'
import { openSecrets } from '../src/secrets/open-secrets.ts'
import type { Database, Tx } from '../src/storage/database.ts'
import { openDatabase } from '../src/storage/open-database.ts'
import type { OpenedDatabase } from '../src/storage/pooled-database.ts'
import { createSessions, type Sessions } from '../src/users/sessions.ts'
import { createApiClient, type ApiClient } from './support/api-client.ts'
import { bearer, exchange, makeKey } from './support/credentials.ts'
import { SECRET_KEY, startApp, type TestApp } from './support/start-app.ts'

const table = Object.entries<Route>(routes)

/** Whoever calls: what they show, and what may come of it. */
interface Caller {
  headers: Record<string, string>
  /** `none`: what they show is worth nothing. */
  standing: 'none' | 'member' | 'admin' | 'owner'
  /** Null for a session, which needs no scope. */
  scopes: readonly Scope[] | null
  /** An access token, which makes no further ones. */
  token?: true
}

interface World {
  app: TestApp
  database: Database
  sessions: Sessions
}

async function startWorld(wrap?: (database: OpenedDatabase) => OpenedDatabase): Promise<World> {
  const inputSchema = { type: 'object', properties: { key: { type: 'string' } } }
  const server = await startMcpSimulator({ name: 'notes', tools: [{ name: 'effect', inputSchema }] })
  onTestFinished(() => server.close())
  const env = { RATE_LIMIT_ENABLED: 'false', MCP_DISCOVERY_URLS: server.url }
  const app = await startApp({ model: 'scripted', env, ...(wrap === undefined ? {} : { wrap }) })
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
  const database = await openDatabase(app.database, { log })
  onTestFinished(() => database.close())
  const secrets = await openSecrets({ secretKey: SECRET_KEY, previous: null, dataDir: '' })
  return { app, database, sessions: createSessions(database, secrets) }
}

interface Somebody {
  id: string
  session: string
  client: ApiClient
}

async function somebody({ app, database, sessions }: World, role: 'member' | 'admin'): Promise<Somebody> {
  const id = newId()
  const name = `${role} ${id.slice(-4)}`
  await database.asSystem((tx) =>
    tx.sql('insert into app_user (id, name, email, role) values ($1, $2, null, $3)', [id, name, role]),
  )
  const session = await sessions.begin(id, { userAgent: '', means: 'link', address: '127.0.0.1', requestId: newId() })
  return { id, session, client: createApiClient(app.url, `session=${session}`) }
}

const cookie = (session: string) => ({ cookie: `session=${session}` })

/** Every kind of caller, each a person of their own, so that what one does to themselves harms no other. */
function callers(world: World): Record<string, () => Promise<Caller>> {
  const { database, app } = world
  const change = (text: string, id: string) => database.asSystem((tx) => tx.sql(text, [id]))
  const none = (headers: Record<string, string>): Caller => ({ headers, standing: 'none', scopes: null })
  const all: Scope[] = ['chat', 'read', 'admin']
  const SUSPEND = `update app_user set status = 'suspended' where id = $1`
  const byKey = async (role: 'member' | 'admin', scopes: Scope[]): Promise<Caller> => {
    const { client } = await somebody(world, role)
    return { headers: bearer((await makeKey(client, scopes)).secret), standing: role, scopes }
  }
  return {
    nobody: async () => none({}),
    'nobody, with headers that name somebody': async () => {
      const { id } = await somebody(world, 'admin')
      const named = { 'x-user-id': id, 'x-forwarded-user': id, 'x-remote-user': id, 'x-api-key': id, 'x-role': 'owner' }
      return none(named)
    },
    'a made-up session': async () => none(cookie('x'.repeat(43))),
    'a made-up key': async () => none(bearer(`aia_${'0'.repeat(48)}`)),
    'an ended session': async () => {
      const { session, client } = await somebody(world, 'admin')
      await client.request('DELETE', '/api/session')
      return none(cookie(session))
    },
    'an expired session': async () => {
      const { id, session } = await somebody(world, 'admin')
      await change(`update session set expires_at = now() - interval '1 second' where user_id = $1`, id)
      return none(cookie(session))
    },
    'the session of a deleted account': async () => {
      const { id, session } = await somebody(world, 'admin')
      await change('delete from app_user where id = $1', id)
      return none(cookie(session))
    },
    'the session of somebody suspended': async () => {
      const { id, session } = await somebody(world, 'admin')
      await change(SUSPEND, id)
      return none(cookie(session))
    },
    'a key of somebody suspended': async () => {
      const { id, client } = await somebody(world, 'admin')
      const { secret } = await makeKey(client, all)
      await change(SUSPEND, id)
      return none(bearer(secret))
    },
    'an access token of somebody suspended': async () => {
      const { id, client } = await somebody(world, 'admin')
      const { accessToken } = await exchange(client, null, all)
      await change(SUSPEND, id)
      return none(bearer(accessToken))
    },
    'an expired key': async () => {
      const { id, client } = await somebody(world, 'admin')
      const { secret } = await makeKey(client, all, 1)
      await change(`update api_key set expires_at = now() - interval '1 second' where user_id = $1`, id)
      return none(bearer(secret))
    },
    'a revoked key': async () => {
      const { client } = await somebody(world, 'admin')
      const { key, secret } = await makeKey(client, all)
      await client.json('DELETE', `/api/keys/${key.id}`)
      return none(bearer(secret))
    },
    'an access token of a revoked key': async () => {
      const { client } = await somebody(world, 'admin')
      const { key, secret } = await makeKey(client, all)
      const { accessToken } = await exchange(app.stranger, secret)
      await client.json('DELETE', `/api/keys/${key.id}`)
      return none(bearer(accessToken))
    },
    'a refresh token in an access token’s place': async () => {
      const { client } = await somebody(world, 'admin')
      return none(bearer((await exchange(client, null, all)).refreshToken))
    },
    'a session’s id in a token’s place': async () => none(bearer((await somebody(world, 'admin')).session)),
    'a member': async () => {
      const { session } = await somebody(world, 'member')
      return { headers: cookie(session), standing: 'member', scopes: null }
    },
    'somebody who was an administrator': async () => {
      const { id, session } = await somebody(world, 'admin')
      await change(`update app_user set role = 'member' where id = $1`, id)
      return { headers: cookie(session), standing: 'member', scopes: null }
    },
    'an administrator': async () => {
      const { session } = await somebody(world, 'admin')
      return { headers: cookie(session), standing: 'admin', scopes: null }
    },
    'a member’s key to chat': () => byKey('member', ['chat']),
    'a member’s key to read': () => byKey('member', ['read']),
    'an administrator’s key to chat and read': () => byKey('admin', ['chat', 'read']),
    'an administrator’s key to administer': () => byKey('admin', ['admin']),
    'a key of somebody who was an administrator': async () => {
      const { id, client } = await somebody(world, 'admin')
      const { secret } = await makeKey(client, all)
      await change(`update app_user set role = 'member' where id = $1`, id)
      return { headers: bearer(secret), standing: 'member', scopes: all }
    },
    'a member’s access token to read': async () => {
      const { client } = await somebody(world, 'member')
      const { accessToken } = await exchange(client, null, ['read'])
      return { headers: bearer(accessToken), standing: 'member', scopes: ['read'], token: true }
    },
  }
}

const RANK = { none: 0, member: 1, admin: 2, owner: 3 }

/** What the table says must come of it. `alike`: what comes of nobody's call. */
function expected(name: string, route: Route, caller: Caller): 401 | 403 | 'in' | 'alike' {
  if (route.auth === 'public' || route.auth === 'metrics') return 'alike'
  if (caller.standing === 'none') return 401
  if (caller.scopes !== null && route.scope !== 'any') {
    if (route.scope === null || !caller.scopes.includes(route.scope)) return 403
  }
  if (name === 'createTokens' && caller.token === true) return 403
  const least = route.auth === 'person' ? 'member' : route.auth
  return RANK[caller.standing] >= RANK[least] ? 'in' : 403
}

const anyPath = (route: Route): string => route.path.replaceAll(/:\w+/g, () => randomUUID())
const anyBody = (route: Route): unknown => (route.body === undefined ? undefined : {})

describe.skipIf(inject('postgresUrl') === null)('the table of routes', () => {
  test('lets in whom it says and nobody else: every route, every kind of caller', async () => {
    const world = await startWorld()
    const wrong: string[] = []
    const kept = new Map<string, Caller>()
    const outcomes: Record<string, number> = {}
    let cells = 0
    for (const [name, route] of table) {
      const ask = async (headers: Record<string, string>): Promise<number> => {
        const response = await world.app.stranger.request(route.method, anyPath(route), anyBody(route), headers)
        await response.body?.cancel()
        return response.status
      }
      const strangers = await ask({})
      // What ends a session or an account ends the caller's: they come anew.
      const ends = name === 'deleteAccount' || (route.method === 'DELETE' && !route.path.includes(':'))
      const kinds = Object.entries(callers(world)).map(async ([kind, make]) => {
        const caller = (ends ? null : kept.get(kind)) ?? (await make())
        if (!ends) kept.set(kind, caller)
        const status = await ask(caller.headers)
        const wanted = expected(name, route, caller)
        const isIn = status !== 401 && status !== 403
        const right = wanted === 'alike' ? status === strangers : wanted === 'in' ? isIn : status === wanted
        if (!right) wrong.push(`${name} by ${kind}: ${status}, not ${wanted === 'alike' ? strangers : wanted}`)
        if (status >= 500) wrong.push(`${name} by ${kind}: ${status}`)
        outcomes[wanted] = (outcomes[wanted] ?? 0) + 1
        cells += 1
      })
      await Promise.all(kinds)
    }
    expect(wrong).toEqual([])
    expect(cells).toBe(table.length * Object.keys(callers(world)).length)
    expect(Object.keys(outcomes).sort()).toEqual(['401', '403', 'alike', 'in'])
    console.log(`${table.length} routes, ${cells} cells: ${JSON.stringify(outcomes)}`)
  })

  test('gives nobody what is another’s, by any path, and by any field that takes an id', async () => {
    const { wrong, tried } = await tryEverything(await startWorld())
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(25)
    console.log(`${tried} attempts at another's objects`)
  })

  test('holds by the database alone, where every query forgets to ask whose it is', async () => {
    const stripped = { count: 0 }
    const { wrong } = await tryEverything(await startWorld((database) => forgetful(database, stripped)))
    expect(wrong).toEqual([])
    expect(stripped.count).toBeGreaterThan(50)
  })

  test('would not hold with neither, which is how one knows that these tests can fail', async () => {
    const world = await startWorld((database) => forgetful(database, { count: 0 }))
    const settings = world.app.database
    if (settings.kind !== 'postgres') throw new Error('This is for a server')
    const client = new pg.Client({ connectionString: settings.url })
    await client.connect()
    for (const name of ['conversation', 'message', 'run', 'run_item', 'run_event']) {
      await client.query(`alter table ${name} disable row level security`)
    }
    await client.end()
    const { wrong } = await tryEverything(world)
    expect(wrong.length).toBeGreaterThan(5)
    expect(wrong.join()).toContain('gave it away')
  })
})

/** The same database, in whose transactions for a person the queries no longer ask for that person's rows. */
function forgetful(database: OpenedDatabase, stripped: { count: number }): OpenedDatabase {
  const strip = (text: string): string =>
    text.replaceAll(/(?:"?\w+"?\.)?"?(?:owner_id|user_id)"?\s*=\s*\$(\d+)/g, (_, n: string) => {
      stripped.count += 1
      return `($${n}::uuid is not null)`
    })
  const forget = (tx: Tx): Tx => {
    const run = (query: Compilable<unknown>) => {
      const { sql, parameters } = query.compile()
      return tx.sql(strip(sql), parameters)
    }
    return {
      all: async (query) => (await run(query)) as never,
      first: async (query) => (await run(query))[0] as never,
      run: async (query) => (await tx.sql(strip(returning(query.compile().sql)), query.compile().parameters)).length,
      sql: (text, values) => tx.sql(strip(text), values),
      send: (query) => {
        if ('text' in query) return tx.send({ ...query, text: strip(query.text) })
        const { sql, parameters } = query.compile()
        tx.send({ text: strip(sql), values: parameters, name: '' })
      },
    }
  }
  return { ...database, asPerson: (id, work) => database.asPerson(id, (tx) => work(forget(tx))) }
}

/** So that the rows a statement touched can be counted. */
function returning(text: string): string {
  return /^\s*(?:insert|update|delete)/i.test(text) && !/ returning /i.test(text) ? `${text} returning 1` : text
}

async function tryEverything(world: World): Promise<{ wrong: string[]; tried: number }> {
  const owned = await belongings(world)
  const before = await fingerprint(world, owned.person)
  const wrong: string[] = []
  let tried = 0
  for (const role of ['member', 'admin'] as const) {
    const { client } = await somebody(world, role)
    const mine = await ownConversation(world, client)
    for (const [name, route] of table) {
      for (const where of placesOf(route)) {
        const place = `${name}.${where}`
        const attempt = attemptsOf(owned, mine)[place] ?? byOwner(route, where, name, owned)
        if (attempt === undefined) {
          wrong.push(`${place}: nobody has said what of another’s to put here`)
          continue
        }
        if (attempt === 'everybody’s') continue
        const ask = async (id: string) => {
          const response = await client.request(route.method, attempt.path(id), attempt.body?.(id))
          return { status: response.status, text: await response.text() }
        }
        const [theirs, nothing] = [await ask(attempt.victim), await ask(randomUUID())]
        const told = (answer: typeof theirs) => answer.text.replaceAll(/"(requestId|id)":"[^"]*"/g, '')
        if (theirs.status !== nothing.status || told(theirs) !== told(nothing))
          wrong.push(`${place} as ${role}: ${theirs.status} ${theirs.text}, nothing is ${nothing.status}`)
        if (theirs.status < 400 && attempt.mayAnswer !== true) wrong.push(`${place} as ${role}: ${theirs.status}`)
        if (theirs.status === 400) wrong.push(`${place} as ${role}: was refused for another reason: ${theirs.text}`)
        if (theirs.text.includes(CANARY)) wrong.push(`${place} as ${role}: gave it away`)
        tried += 1
      }
    }
  }
  const after = await fingerprint(world, owned.person)
  if (JSON.stringify(after) !== JSON.stringify(before)) wrong.push('what is the owner’s was changed')
  return { wrong, tried }
}

const CANARY = 'A secret of mine'

interface Belongings {
  person: string
  conversation: string
  run: string
  question: string
  answer: string
  approval: string
  key: string
  session: string
  identity: string
}

async function belongings({ app, database }: World): Promise<Belongings> {
  const offered = async (): Promise<string> => JSON.stringify(await app.client.json('GET', '/api/tools'))
  await expect.poll(offered).toContain('notes__effect')
  app.simulator.script.enqueue({ calls: [{ name: 'notes__effect', arguments: '{"key":"k"}' }] }, { text: 'Done.' })
  const started = await app.client.send({ parts: [{ type: 'text', text: CANARY }] })
  await expect.poll(async () => (await app.client.run(started.runId)).state).toBe('waiting')
  const { key } = await makeKey(app.client)
  const [row] = await database.asSystem(async (tx) => {
    const [person] = await tx.sql<{ id: string }>(`select id from app_user where role = 'owner'`)
    await tx.sql(
      `insert into identity (id, user_id, issuer, subject, label) values ($1, $2, 'https://issuer.example', 's', 'x')`,
      [newId(), person?.id],
    )
    return tx.sql<{ person: string; session: string; identity: string; approval: string }>(
      `select s.user_id as person, s.id as session, i.id as identity,
         (select approval_id from run_item where run_id = $1) as approval
       from session s join identity i on i.user_id = s.user_id where s.user_id = $2 limit 1`,
      [started.runId, person?.id],
    )
  })
  if (row === undefined) throw new Error('The owner has nothing')
  return {
    ...row,
    conversation: started.conversationId,
    run: started.runId,
    question: started.userMessageId ?? '',
    answer: started.messageId,
    key: key.id,
  }
}

async function ownConversation(world: World, client: ApiClient): Promise<{ id: string; version: number }> {
  world.app.simulator.script.enqueue({ text: 'Hello.' })
  const { started } = await client.ask('Hello')
  return { id: started.conversationId, version: started.version }
}

/** Everything in the database that is this person's. */
async function fingerprint({ database }: World, person: string): Promise<unknown> {
  return database.asPerson(person, async (tx) => {
    const tables = ['conversation', 'message', 'run', 'run_item', 'usage_entry', 'identity']
    const found: Record<string, unknown> = {}
    for (const name of tables) {
      const rows = await tx.sql(
        `select count(*)::int as rows, md5(string_agg(t::text, '' order by t::text)) from ${name} t`,
      )
      found[name] = rows[0]
    }
    return found
  })
}

/** Every place of a route that takes an id: of the path, and each field of query and body that holds a UUID. */
function placesOf(route: Route): string[] {
  const path = [...route.path.matchAll(/:(\w+)/g)].map((match) => `params.${match[1]}`)
  const inside = (['query', 'body'] as const).flatMap((where) => {
    const schema = route[where]
    if (schema === undefined) return []
    return uuidsIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), where)
  })
  return [...path, ...new Set(inside)]
}

function uuidsIn(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if ('format' in schema && schema.format === 'uuid') return [path]
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key !== 'properties')
      return Array.isArray(value) ? value.flatMap((item) => uuidsIn(item, path)) : uuidsIn(value, path)
    return Object.entries(value as object).flatMap(([name, field]) => uuidsIn(field, `${path}.${name}`))
  })
}

interface Attempt {
  victim: string
  path(id: string): string
  body?(id: string): unknown
  /** It answers, with nothing in it. */
  mayAnswer?: true
}

/** What a route wants in its body so that only the id is in question. */
const bodies: Record<string, unknown> = {
  changeConversation: { title: 'Mine now' },
  answerApproval: { approved: true },
}

/** Of a route about somebody's object: the path with that object in it. */
function byOwner(route: Route, where: string, name: string, owned: Belongings): Attempt | 'everybody’s' | undefined {
  // What belongs to nobody in particular is for administrators, or for all: who may call was asked above.
  if (route.owner === 'none' || (route.owner === 'self' && where.startsWith('params.'))) return 'everybody’s'
  if (!where.startsWith('params.') || !(route.owner in owned)) return undefined
  const victim = owned[route.owner as keyof Belongings]
  const param = where.slice('params.'.length)
  const rest = route.path.replace(':approvalId', owned.approval)
  if (param === 'approvalId') {
    return {
      victim: owned.approval,
      path: (id) => route.path.replace(':id', owned.run).replace(':approvalId', id),
      body: () => bodies[name],
    }
  }
  return { victim, path: (id) => rest.replace(`:${param}`, id), body: () => bodies[name] }
}

/** Each field of a query or body that takes an id, filled with what is another's beside what is one's own. */
function attemptsOf(owned: Belongings, mine: { id: string; version: number }): Record<string, Attempt | undefined> {
  const parts = [{ type: 'text', text: 'Hello' }]
  const chat = (victim: string, body: (id: string) => unknown): Attempt => ({ victim, path: () => '/api/chat', body })
  return {
    'sendMessage.body.conversationId': chat(owned.conversation, (conversationId) => ({ conversationId, parts })),
    'sendMessage.body.parentId': chat(owned.question, (parentId) => ({ conversationId: mine.id, parts, parentId })),
    'sendMessage.body.messageId': chat(owned.answer, (messageId) => {
      return { conversationId: mine.id, trigger: 'regenerate-message', messageId }
    }),
    'changeConversation.body.headMessageId': {
      victim: owned.answer,
      path: () => `/api/conversations/${mine.id}`,
      body: (headMessageId) => ({ headMessageId, version: mine.version }),
    },
    'listMessages.query.before': {
      victim: owned.answer,
      path: (id) => `/api/conversations/${mine.id}/messages?before=${id}`,
      mayAnswer: true,
    },
  }
}
