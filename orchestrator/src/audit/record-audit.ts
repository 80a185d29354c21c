import type { AuditAction } from '@ai-assistant/contract'
import { cleanText } from '../lib/clean-text.ts'
import { newId } from '../lib/new-id.ts'
import type { Tx } from '../storage/database.ts'

/** Longer texts in an entry are cut. */
const MAX_TEXT = 200
const MAX_DETAILS = 20

export type AuditActor =
  | { kind: 'person'; id: string }
  /** Somebody with a shell on the server. */
  | { kind: 'operator' }
  /** The application by itself: a limit, an expiry. */
  | { kind: 'system' }
  /** Nobody was signed in. */
  | { kind: 'anonymous' }

/** Where a request came from. */
export interface AuditOrigin {
  address: string
  requestId: string
}

export interface AuditRecord {
  actor: AuditActor
  action: AuditAction
  /** What it was done to: `{ type: 'person', id }`, `{ type: 'conversation', id }`, … */
  object?: { type: string; id: string } | null
  /** Never a password, token, key, prompt or answer: entries are kept for good. */
  details?: Record<string, string | number | boolean | null>
  origin?: AuditOrigin | null
}

/**
 * Writes one entry of the audit log in the caller's transaction: it stands if and only if what it tells of was done. In a
 * person's transaction the actor can only be that person.
 */
export async function recordAudit(tx: Tx, { actor, action, object, details = {}, origin }: AuditRecord): Promise<void> {
  await tx.sql(
    INSERT,
    [
      newId(),
      actor.kind,
      actor.kind === 'person' ? actor.id : null,
      action,
      object ? short(object.type) : null,
      object ? short(object.id) : null,
      origin ? short(origin.address) : null,
      origin ? short(origin.requestId) : null,
      JSON.stringify(shortened(details)),
    ],
    'audit_record',
  )
}

const INSERT = `
  insert into audit_entry (id, actor, actor_id, action, object_type, object_id, address, request_id, details)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

function shortened(details: NonNullable<AuditRecord['details']>): Record<string, unknown> {
  const entries = Object.entries(details).slice(0, MAX_DETAILS)
  return Object.fromEntries(
    entries.map(([name, value]) => [short(name), typeof value === 'string' ? short(value) : value]),
  )
}

function short(text: string): string {
  return cleanText(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`)
}
