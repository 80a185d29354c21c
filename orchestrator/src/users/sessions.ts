import type { Person } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'

/** Who is signed in. The browser holds an opaque random id; the database its keyed hash. */
export interface Sessions {
  /** Begins a session and returns its id, for the cookie and nothing else. */
  begin(personId: string, userAgent: string): Promise<string>
  /** The person of a session; null where it has ended, or its person may not come in any more. */
  find(sessionId: string): Promise<Person | null>
  end(sessionId: string): Promise<void>
}

/** A session ends this long after it began. */
export const SESSION_DAYS = 30

export function createSessions(database: Database, secrets: Secrets): Sessions {
  return {
    begin: async (personId, userAgent) => {
      const id = newToken()
      await database.asSystem((tx) =>
        tx.run(
          queries.insertInto('session').values({
            id_hash: secrets.hash('session', id),
            user_id: personId,
            user_agent: userAgent.slice(0, 300),
            expires_at: sql<Date>`now() + make_interval(days => ${SESSION_DAYS})`,
          }),
        ),
      )
      return id
    },
    find: async (sessionId) => {
      const rows = await database.asSystem((tx) =>
        tx.sql<Person>(FIND, [secrets.hashes('session', sessionId)], 'session_find'),
      )
      return rows[0] ?? null
    },
    end: async (sessionId) => {
      await database.asSystem((tx) =>
        tx.sql('delete from session where id_hash = any($1)', [secrets.hashes('session', sessionId)]),
      )
    },
  }
}

const FIND = `
  select u.id, u.name, u.email, u.role
  from session s join app_user u on u.id = s.user_id
  where s.id_hash = any($1::bytea[]) and s.expires_at > now() and u.status = 'active'`
