import type { Database } from '../storage/database.ts'
import { IN_USE } from './tokens.ts'

/**
 * The roles of those keys and families of tokens that are still good, by their ids. A token may have expired since: what it
 * began in time may end.
 */
export async function bearerRoles(database: Database, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await database.asSystem((tx) => tx.sql<{ id: string; role: string }>(ROLES, [ids], 'bearer_roles'))
  return new Map(rows.map(({ id, role }) => [id, role]))
}

const ROLES = `
  select k.id, u.role from api_key k join app_user u on u.id = k.user_id
  where k.id = any($1::uuid[]) and (k.expires_at is null or k.expires_at > now()) and u.status = 'active'
  union all
  select f.id, u.role from token_family f join app_user u on u.id = f.user_id
  where f.id = any($1::uuid[]) and ${IN_USE}`
