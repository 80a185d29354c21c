import type { Person, SessionView } from '@ai-assistant/contract'
import { hash } from 'node:crypto'
import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { createMemory } from '../lib/memory.ts'
import { newId } from '../lib/new-id.ts'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

/** Who is signed in. The browser holds an opaque random id; the database its keyed hash. */
export interface Sessions {
  /** Begins a session and returns its id, for the cookie and nothing else. */
  begin(personId: string, from: Beginning): Promise<string>
  /** Who a session belongs to; null where it has ended, or its person may not come in any more. */
  find(sessionId: string): Promise<FoundSession | null>
  /**
   * What a session was when it was last found, if that was lately; null otherwise. It may have ended since: for work that has
   * the database refuse it then (`requireSession`), and so need not ask first.
   */
  recall(sessionId: string): FoundSession | null
  end(sessionId: string, personId: string, origin: AuditOrigin): Promise<void>
  /** Where a person is signed in, the latest first. `current` is the session that asks. */
  list(personId: string, current: string): Promise<SessionView[]>
  /** False where the person has no such session. */
  endOne(personId: string, id: string, origin: AuditOrigin): Promise<boolean>
  /** Ends all of a person's sessions but one, or all. */
  endAll(personId: string, except: string | null, origin: AuditOrigin): Promise<void>
  /** The roles of those of these sessions that are still good, by session. */
  roles(sessionIds: string[]): Promise<Map<string, string>>
  /** Whether this person came in from this address lately. */
  isFamiliar(email: string, address: string): Promise<boolean>
}

/** Where and how a session begins. */
export interface Beginning extends AuditOrigin {
  userAgent: string
  /** `password`, `link`, or a provider's id. */
  means: string
}

export interface FoundSession {
  /** What the session is called; not what opens it. */
  id: string
  person: Person
  beganAt: Date
}

/** A session ends this long after it began. */
export const SESSION_DAYS = 30

export function createSessions(database: Database, secrets: Secrets, now = () => performance.now()): Sessions {
  const remembered = createMemory<FoundSession>({ keptMs: RECALLED_MS, most: 5000, now })
  return {
    begin: (personId, from) => begin(database, secrets, personId, from),
    find: async (token) => {
      const found = await find(database, secrets.hashes('session', token))
      const name = nameOf(token)
      if (found === null) remembered.forget(name)
      else remembered.keep(name, found)
      return found
    },
    recall: (token) => remembered.recall(nameOf(token)),
    end: async (token, id, origin) => {
      await database.asSystem(async (tx) => {
        await tx.sql('delete from session where id_hash = any($1)', [secrets.hashes('session', token)])
        await recordAudit(tx, { actor: { kind: 'person', id }, action: 'sign-in.ended', origin })
      })
    },
    list: (personId, current) => list(database, personId, current),
    endOne: (personId, id, origin) =>
      database.asPerson(personId, async (tx) => {
        const mine = queries.deleteFrom('session').where('user_id', '=', personId)
        if ((await tx.run(mine.where('id', '=', id))) === 0) return false
        const object = { type: 'session', id }
        await recordAudit(tx, { actor: { kind: 'person', id: personId }, action: 'session.revoked', object, origin })
        return true
      }),
    endAll: async (personId, except, origin) => {
      await database.asPerson(personId, async (tx) => {
        const mine = queries.deleteFrom('session').where('user_id', '=', personId)
        const count = await tx.run(except === null ? mine : mine.where('id', '!=', except))
        if (count === 0) return
        const actor = { kind: 'person', id: personId } as const
        await recordAudit(tx, { actor, action: 'session.revoked', details: { count }, origin })
      })
    },
    roles: async (sessionIds) => {
      const rows = await database.asSystem((tx) => tx.sql<{ id: string; role: string }>(ROLES, [sessionIds], 'roles'))
      return new Map(rows.map(({ id, role }) => [id, role]))
    },
    isFamiliar: async (email, address) => {
      const rows = await database.asSystem((tx) => tx.sql(FAMILIAR, [email, address]))
      return rows.length > 0
    },
  }
}

/** As often as it is noted that a session was seen. */
const RECALLED_MS = 5 * 60_000

/** The token itself is for the browser alone. */
function nameOf(token: string): string {
  return hash('sha256', token, 'base64')
}

/** Keeps what is behind this in the transaction from being committed where a session has ended (`SESSION_ENDED`). */
export function requireSession(tx: Tx, id: string): void {
  tx.send({ text: REQUIRE, values: [id], name: 'require_session' })
}

async function begin(database: Database, secrets: Secrets, personId: string, from: Beginning): Promise<string> {
  const token = newToken()
  const { userAgent, means, ...origin } = from
  await database.asSystem(async (tx) => {
    await tx.run(
      queries.insertInto('session').values({
        id_hash: secrets.hash('session', token),
        id: newId(),
        user_id: personId,
        user_agent: userAgent.slice(0, 300),
        address: origin.address,
        means,
        expires_at: sql<Date>`now() + make_interval(days => ${SESSION_DAYS})`,
      }),
    )
    const actor = { kind: 'person', id: personId } as const
    await recordAudit(tx, { actor, action: 'sign-in.succeeded', details: { means }, origin })
  })
  return token
}

type FoundRow = Person & { session_id: string; began_at: Date; idle: boolean }

async function find(database: Database, hashes: Buffer[]): Promise<FoundSession | null> {
  const rows = await database.readAsSystem<FoundRow>({
    text: FIND,
    values: [hashes[0], hashes.at(-1)],
    name: 'session_find',
  })
  // Not at every request: reading must not write.
  if (rows[0]?.idle === true) {
    const { session_id } = rows[0]
    await database.asSystem((tx) => tx.sql('update session set last_seen_at = now() where id = $1', [session_id]))
  }
  const row = rows[0]
  if (row === undefined) return null
  const { session_id, began_at, idle: _, ...person } = row
  return { id: session_id, person, beganAt: began_at }
}

async function list(database: Database, personId: string, current: string): Promise<SessionView[]> {
  const rows = await database.asPerson(personId, (tx) =>
    tx.all(
      queries
        .selectFrom('session')
        .select(['id', 'user_agent', 'address', 'means', 'created_at', 'last_seen_at'])
        .where('user_id', '=', personId)
        .where('expires_at', '>', sql<Date>`now()`)
        .orderBy('last_seen_at', 'desc')
        .limit(MOST_SHOWN),
    ),
  )
  return rows.map((row) => ({
    id: row.id,
    current: row.id === current,
    userAgent: row.user_agent,
    address: row.address,
    means: row.means,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  }))
}

const MOST_SHOWN = 200

/** Two places, and not an array: of that PostgreSQL would make a new plan each time, which costs six times what it finds. */
const FIND = `
  select u.id, u.name, u.email, u.role, s.id as session_id, s.created_at as began_at,
    s.last_seen_at < now() - interval '5 minutes' as idle
  from session s join app_user u on u.id = s.user_id
  where s.id_hash in ($1, $2) and s.expires_at > now() and u.status = 'active'`

const REQUIRE = `
  select refuse_unless(exists(
    select from session s join app_user u on u.id = s.user_id
    where s.id = $1 and s.expires_at > now() and u.status = 'active'))`

const ROLES = `
  select s.id, u.role from session s join app_user u on u.id = s.user_id
  where s.id = any($1::uuid[]) and s.expires_at > now() and u.status = 'active'`

const FAMILIAR = `
  select 1 from session s join app_user u on u.id = s.user_id
  where lower(u.email) = lower($1) and s.address = $2 and s.address <> '' limit 1`
