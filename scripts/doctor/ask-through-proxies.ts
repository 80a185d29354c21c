import type { Config } from '../../orchestrator/src/config/config.ts'
import { fault, type Finding, skipped } from '../../orchestrator/src/health/finding.ts'
import { lookAtStreaming } from '../../orchestrator/src/health/look-at-streaming.ts'
import { createSessionCookie } from '../../orchestrator/src/http/session-cookie.ts'
import { openSecrets } from '../../orchestrator/src/secrets/open-secrets.ts'
import type { Database } from '../../orchestrator/src/storage/database.ts'
import { createSessions } from '../../orchestrator/src/users/sessions.ts'

/** For the audit log, which tells of this session like of any other. */
const origin = { address: '', requestId: '' }

/** Measures a stream as its owner would see it, in a session of a minute that nobody else knows. */
export async function askThroughProxies(database: Database, config: Config, url: string): Promise<Finding> {
  const { secretKey, secretKeyPrevious: previous } = config.secrets
  const owner = await ownerOf(database)
  if (owner === null) return skipped('Streaming', 'there is no owner yet, in whose name a question could be asked')
  const secrets = await openSecrets({ secretKey, previous, dataDir: config.dataDir })
  const sessions = createSessions(database, secrets)
  const session = await sessions.begin(owner, { ...origin, userAgent: 'doctor', means: 'doctor' })
  const cookie = createSessionCookie(config.http.publicUrl).set(session, 60).split(';')[0] ?? ''
  try {
    return await lookAtStreaming({ url, cookie, fetch, now: () => performance.now() })
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return fault(
      'Streaming',
      `${url} could not be asked: ${reason}`,
      'Check the address, and the proxies before the system.',
    )
  } finally {
    await sessions.end(session, owner, origin)
  }
}

async function ownerOf(database: Database): Promise<string | null> {
  const rows = await database.asSystem((tx) =>
    tx.sql<{ there: boolean }>(`select to_regclass('app_user') is not null as there`),
  )
  if (rows[0]?.there !== true) return null
  const owners = await database.asSystem((tx) =>
    tx.sql<{ id: string }>(`select id from app_user where role = 'owner' limit 1`),
  )
  return owners[0]?.id ?? null
}
