import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKey, CreateApiKey, CreatedApiKey, Person, Scope } from '@ai-assistant/contract'
import { sql } from 'kysely'
import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import { newId } from '../lib/new-id.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database } from '../storage/database.ts'
import { queries } from '../storage/queries.ts'
import type { FoundCredential } from './found-credential.ts'

/** The personal keys that programs call with. A key is shown once; the database has its sealed hash. */
export interface ApiKeys {
  list(personId: string): Promise<ApiKey[]>
  /** Null where the person has as many as are allowed. */
  create(personId: string, wanted: CreateApiKey, origin: AuditOrigin): Promise<CreatedApiKey | null>
  /** False where the person has no such key. Every token made from it ends with it. */
  revoke(personId: string, id: string, origin: AuditOrigin): Promise<boolean>
  /** Who is behind a key; null where it is unknown or expired, or its person may not come in any more. */
  find(secret: string): Promise<FoundCredential | null>
  /** Notes that it was used, to the minute. */
  touch(id: string): Promise<void>
}

export const MAX_KEYS = 50

/** Told apart from a JWT, and found by scanners that look for leaked secrets. 192 random bits follow. */
export const KEY_BEGINS = 'aia_'
const PREFIX_LENGTH = KEY_BEGINS.length + 10

interface Services {
  database: Database
  secrets: Secrets
  /** Told of a key that no configured SECRET_KEY opens: it is refused until one does. */
  onUnreadable: (error: unknown) => void
}

export function createApiKeys(services: Services): ApiKeys {
  const { database } = services
  return {
    list: (personId) =>
      database.asPerson(personId, async (tx) => {
        const rows = await tx.all(mine(personId).orderBy('created_at', 'desc').limit(MAX_KEYS))
        return rows.map(toApiKey)
      }),
    create: (personId, wanted, origin) => create(services, personId, { wanted, origin }),
    revoke: (personId, id, origin) =>
      database.asPerson(personId, async (tx) => {
        const mineWithId = queries.deleteFrom('api_key').where('id', '=', id).where('user_id', '=', personId)
        const revoked = (await tx.run(mineWithId)) > 0
        const actor = { kind: 'person' as const, id: personId }
        if (revoked) await recordAudit(tx, { actor, action: 'key.revoked', object: { type: 'key', id }, origin })
        return revoked
      }),
    find: (secret) => find(services, secret),
    touch: async (id) => {
      await database.asSystem((tx) => tx.sql(TOUCH, [id], 'api_key_touch'))
    },
  }
}

async function create(
  { database, secrets }: Services,
  personId: string,
  { wanted, origin }: { wanted: CreateApiKey; origin: AuditOrigin },
): Promise<CreatedApiKey | null> {
  const id = newId()
  const secret = `${KEY_BEGINS}${randomBytes(24).toString('hex')}`
  return database.asPerson(personId, async (tx) => {
    // One person's keys are made one after the other, so that the bound holds.
    await tx.run(queries.selectFrom('app_user').select('id').where('id', '=', personId).forUpdate())
    const count = await tx.all(queries.selectFrom('api_key').select('id').where('user_id', '=', personId))
    if (count.length >= MAX_KEYS) return null
    await tx.run(
      queries.insertInto('api_key').values({
        id,
        user_id: personId,
        name: wanted.name,
        prefix: secret.slice(0, PREFIX_LENGTH),
        sealed_hash: secrets.seal('api-key', id, hashOf(secret)),
        scopes: wanted.scopes,
        expires_at:
          wanted.expiresInDays === null ? null : sql<Date>`now() + make_interval(days => ${wanted.expiresInDays})`,
      }),
    )
    await recordAudit(tx, {
      actor: { kind: 'person', id: personId },
      action: 'key.made',
      object: { type: 'key', id },
      details: { scopes: wanted.scopes.join(' '), expiresInDays: wanted.expiresInDays },
      origin,
    })
    const row = await tx.first(mine(personId).where('id', '=', id))
    return row === undefined ? null : { key: toApiKey(row), secret }
  })
}

interface FoundRow extends Person {
  keyId: string
  sealedHash: string
  scopes: Scope[]
  expiresAt: Date | null
}

async function find(services: Services, secret: string): Promise<FoundCredential | null> {
  const { database } = services
  const rows = await database.asSystem((tx) => tx.sql<FoundRow>(FIND, [secret.slice(0, PREFIX_LENGTH)], 'api_key_find'))
  const [row] = rows
  if (row === undefined || !isSame(services, row, secret)) return null
  const { keyId, scopes, expiresAt, id, name, email, role } = row
  return {
    caller: { person: { id, name, email, role }, means: 'key', scopes, credentialId: keyId },
    expiresAt: expiresAt?.getTime() ?? null,
  }
}

function isSame({ secrets, onUnreadable }: Services, row: FoundRow, secret: string): boolean {
  try {
    return timingSafeEqual(secrets.open('api-key', row.keyId, row.sealedHash), hashOf(secret))
  } catch (error) {
    onUnreadable(error)
    return false
  }
}

const FIND = `
  select k.id as "keyId", k.sealed_hash as "sealedHash", k.scopes, k.expires_at as "expiresAt",
    u.id, u.name, u.email, u.role
  from api_key k join app_user u on u.id = k.user_id
  where k.prefix = $1 and (k.expires_at is null or k.expires_at > now()) and u.status = 'active'`

const TOUCH = `
  update api_key set last_used_at = now()
  where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`

/** The keys are random: a fast hash is as good as a slow one. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function mine(personId: string) {
  return queries
    .selectFrom('api_key')
    .select(['id', 'name', 'prefix', 'scopes', 'created_at', 'expires_at', 'last_used_at'])
    .where('user_id', '=', personId)
}

function toApiKey(row: {
  id: string
  name: string
  prefix: string
  scopes: Scope[]
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}
