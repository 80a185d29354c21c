import type { Person, Scope, Tokens } from '@ai-assistant/contract'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { newId } from '../lib/new-id.ts'
import { newToken, type Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { ACCESS_SECONDS, type AccessTokens } from './access-tokens.ts'
import type { FoundCredential } from './found-credential.ts'

/** Access tokens of a quarter of an hour, with refresh tokens that are each used once. */
export interface TokenFamilies {
  /** The first pair, which lives no longer than the key or session it is made from. Null where that has ended. */
  begin(from: TokenOrigin, personId: string, scopes: readonly Scope[]): Promise<Tokens | null>
  /**
   * The next pair. A refresh token that was used already ends its whole family, because one of the two who have it must
   * have stolen it; but for a few seconds it is taken for a client's two requests at once, and both get a pair.
   */
  refresh(refreshToken: string, origin: AuditOrigin): Promise<Tokens | null>
  /** Ends the family of a refresh token, if there is one. */
  revoke(refreshToken: string, origin: AuditOrigin): Promise<void>
  /** Who is behind an access token; null where it, its family or its origin has ended, or its person may not come in. */
  find(accessToken: string): Promise<FoundCredential | null>
}

export type TokenOrigin = { keyId: string } | { session: string }

const GRACE_SECONDS = 10
const REFRESH_DAYS = 30
const FAMILY_DAYS = 180

interface Services {
  database: Database
  secrets: Secrets
  access: AccessTokens
}

export function createTokenFamilies(services: Services): TokenFamilies {
  const { database, secrets, access } = services
  return {
    begin: (from, personId, scopes) => begin(services, from, personId, scopes),
    refresh: (refreshToken, origin) => refresh(services, refreshToken, origin),
    revoke: (refreshToken, origin) =>
      database.asSystem(async (tx) => {
        const ended = await tx.sql<Ended>(REVOKE, [secrets.hashes('refresh-token', refreshToken)])
        for (const family of ended) await recordEnd(tx, family, 'told to', origin)
      }),
    find: async (accessToken) => {
      const claims = await access.verify(accessToken)
      if (claims === null) return null
      const rows = await database.asSystem((tx) =>
        tx.sql<Person & { scopes: Scope[] }>(FIND, [claims.familyId, claims.personId], 'token_family_find'),
      )
      const [row] = rows
      if (row === undefined) return null
      const { id, name, email, role } = row
      const scopes = row.scopes.filter((scope) => claims.scopes.includes(scope))
      const caller = {
        person: { id, name, email, role },
        means: 'token' as const,
        scopes,
        credentialId: claims.familyId,
      }
      return { caller, expiresAt: claims.expiresAt }
    },
  }
}

async function begin(
  services: Services,
  from: TokenOrigin,
  personId: string,
  scopes: readonly Scope[],
): Promise<Tokens | null> {
  const familyId = newId()
  const pair = await services.database.asSystem(async (tx) => {
    const origin = 'keyId' in from ? [from.keyId, []] : [null, services.secrets.hashes('session', from.session)]
    const rows = await tx.sql<{ id: string }>(BEGIN, [familyId, personId, scopes, FAMILY_DAYS, ...origin])
    return rows.length === 0 ? null : addRefreshToken(tx, services.secrets, { familyId, personId })
  })
  return pair === null ? null : toTokens(services.access, { familyId, personId, scopes }, pair)
}

async function refresh(services: Services, refreshToken: string, origin: AuditOrigin): Promise<Tokens | null> {
  const { database, secrets, access } = services
  const next = await database.asSystem(async (tx) => {
    const hashes = secrets.hashes('refresh-token', refreshToken)
    const [used] = await tx.sql<Family>(USE, [hashes, GRACE_SECONDS])
    if (used === undefined) {
      // Unknown and expired ones end nothing; one that was used before does.
      const ended = await tx.sql<Ended>(REVOKE_USED, [hashes, GRACE_SECONDS])
      for (const family of ended) await recordEnd(tx, family, 'a refresh token was used again', origin)
      return null
    }
    return { used, pair: await addRefreshToken(tx, secrets, used) }
  })
  return next === null ? null : toTokens(access, next.used, next.pair)
}

interface Ended {
  id: string
  personId: string
}

/** Whoever holds a token may end its family: nobody else is known here. */
function recordEnd(tx: Tx, { id, personId }: Ended, reason: string, origin: AuditOrigin): Promise<void> {
  const object = { type: 'person', id: personId }
  const details = { family: id, reason }
  return recordAudit(tx, { actor: { kind: 'system' }, action: 'token.family-revoked', object, details, origin })
}

async function addRefreshToken(
  tx: Tx,
  secrets: Secrets,
  family: { familyId: string; personId: string },
): Promise<string> {
  const token = `aiar_${newToken()}`
  const hash = secrets.hash('refresh-token', token)
  await tx.sql(ADD, [hash, family.familyId, family.personId, REFRESH_DAYS])
  return token
}

async function toTokens(access: AccessTokens, family: Family, refreshToken: string): Promise<Tokens> {
  const { familyId, personId, scopes } = family
  const accessToken = await access.sign({ familyId, personId, scopes })
  return { accessToken, tokenType: 'Bearer', expiresIn: ACCESS_SECONDS, refreshToken, scopes: [...scopes] }
}

interface Family {
  familyId: string
  personId: string
  scopes: readonly Scope[]
}

/** From a key or a session that is the person's and has not ended. */
const BEGIN = `
  insert into token_family (id, user_id, key_id, session_hash, scopes, expires_at)
  select $1, $2, origin.key_id, origin.session_hash, $3, least(now() + make_interval(days => $4), origin.expires_at)
  from (
    select id as key_id, null::bytea as session_hash, expires_at from api_key
    where id = $5::uuid and user_id = $2 and (expires_at is null or expires_at > now())
    union all
    select null, id_hash, expires_at from session
    where id_hash = any($6::bytea[]) and user_id = $2 and expires_at > now()
  ) origin
  limit 1
  returning id`

const ADD = `
  insert into refresh_token (token_hash, family_id, user_id, expires_at)
  values ($1, $2, $3, now() + make_interval(days => $4))`

/** A family whose key or session has ended is gone with it, but for an end by time. */
export const IN_USE = `f.expires_at > now() and u.status = 'active'
    and (f.session_hash is null or exists (select from session s where s.id_hash = f.session_hash and s.expires_at > now()))
    and (f.key_id is null or exists (select from api_key k where k.id = f.key_id and (k.expires_at is null or k.expires_at > now())))`

const USE = `
  update refresh_token t set used_at = coalesce(t.used_at, now())
  from token_family f join app_user u on u.id = f.user_id
  where t.token_hash = any($1::bytea[]) and f.id = t.family_id and t.expires_at > now() and ${IN_USE}
    and (t.used_at is null or t.used_at > now() - make_interval(secs => $2))
  returning f.id as "familyId", f.user_id as "personId", f.scopes`

const REVOKE_USED = `
  delete from token_family where id in (
    select family_id from refresh_token
    where token_hash = any($1::bytea[]) and used_at <= now() - make_interval(secs => $2))
  returning id, user_id as "personId"`

const REVOKE = `
  delete from token_family where id in (select family_id from refresh_token where token_hash = any($1::bytea[]))
  returning id, user_id as "personId"`

const FIND = `
  select u.id, u.name, u.email, u.role, f.scopes
  from token_family f join app_user u on u.id = f.user_id
  where f.id = $1::uuid and f.user_id = $2::uuid and ${IN_USE}`
