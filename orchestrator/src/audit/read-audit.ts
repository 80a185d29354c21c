import type { AuditAction, AuditEntry, AuditFilter, AuditPage } from '@ai-assistant/contract'
import type { Database } from '../storage/database.ts'

/** One page of the log, newest first. The whole log is for administrators: the caller has made sure of that. */
export async function readAudit(
  database: Database,
  query: AuditFilter & { cursor?: string | undefined; limit: number },
): Promise<AuditPage> {
  const { text, values } = buildQuery(query)
  const rows = await database.asSystem((tx) => tx.sql<Row>(text, values))
  const items = rows.slice(0, query.limit).map(toEntry)
  return { items, nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

const EXPORT_PAGE = 500

/** Every entry of the filter, newest first, page by page. */
export async function* exportAudit(database: Database, filter: AuditFilter): AsyncGenerator<AuditEntry> {
  let cursor: string | undefined
  do {
    const page = await readAudit(database, { ...filter, cursor, limit: EXPORT_PAGE })
    yield* page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

interface Row {
  id: string
  at: Date
  actor: AuditEntry['actor']['kind']
  actor_id: string | null
  actor_name: string | null
  action: AuditAction
  object_type: string | null
  object_id: string | null
  object_name: string | null
  address: string | null
  request_id: string | null
  details: AuditEntry['details']
  position: number | null
  hash: Buffer | null
}

/** Ids are ordered by time, so a page is a stretch of them. */
function buildQuery(query: Parameters<typeof readAudit>[1]): { text: string; values: unknown[] } {
  const values: unknown[] = []
  const wanted: string[] = []
  const want = (condition: (place: string) => string, value: unknown): void => {
    if (value === undefined || value === '') return
    values.push(value)
    wanted.push(condition(`$${values.length}`))
  }
  want((at) => `e.id < ${at}::uuid`, query.cursor)
  want((at) => `e.actor_id = ${at}::uuid`, query.actor)
  want((at) => `e.object_id = ${at}`, query.object)
  const { action } = query
  if (action?.includes('.') === true) want((at) => `e.action = ${at}`, action)
  else want((at) => `e.action like ${at}`, action && `${action}.%`)
  want((at) => `e.id >= uuid_v7_floor(${at}::timestamptz)`, query.since)
  want((at) => `e.id < uuid_v7_floor(${at}::timestamptz)`, query.until)
  values.push(query.limit + 1)
  const where = wanted.length === 0 ? '' : `where ${wanted.join(' and ')}`
  return { text: `${SELECT} ${where} order by e.id desc limit $${values.length}`, values }
}

const SELECT = `
  select e.id, e.at, e.actor, e.actor_id, a.name as actor_name, e.action, e.object_type, e.object_id,
    o.name as object_name, e.address, e.request_id, e.details, e.position, e.hash
  from audit_entry e
  left join app_user a on a.id = e.actor_id
  left join app_user o on o.id = case when e.object_type = 'person' then e.object_id::uuid end`

function toEntry(row: Row): AuditEntry {
  const { id, at, action, address, details } = row
  return {
    id,
    at: at.toISOString(),
    actor: { kind: row.actor, id: row.actor_id, name: row.actor_name },
    action,
    object:
      row.object_type === null || row.object_id === null
        ? null
        : { type: row.object_type, id: row.object_id, name: row.object_name },
    address,
    requestId: row.request_id,
    details,
    seal: row.position === null ? null : { position: row.position, hash: row.hash?.toString('hex') ?? '' },
  }
}
