import { type AuditOrigin, recordAudit } from '../audit/record-audit.ts'
import type { Database, Tx } from '../storage/database.ts'

/** What people have allowed for good: tools that declare themselves read-only, by the hash of their definition. */
export interface ToolConsents {
  /** The hashes of the definitions this person has consented to. */
  of(personId: string): Promise<ReadonlySet<string>>
  grant(consent: ToolConsent): Promise<void>
  /** Ends it, where there is one. */
  end(consent: Omit<ToolConsent, 'hash'>): Promise<void>
}

export interface ToolConsent {
  personId: string
  tool: string
  hash: string
  origin: AuditOrigin
}

export function createToolConsents(database: Database): ToolConsents {
  return {
    of: async (personId) => {
      const rows = await database.asPerson(personId, (tx) =>
        tx.sql<{ hash: string }>('select hash from tool_consent where owner_id = $1', [personId]),
      )
      return new Set(rows.map((row) => row.hash))
    },
    grant: (consent) => database.asPerson(consent.personId, (tx) => grantConsent(tx, consent)),
    end: ({ personId, tool, origin }) =>
      database.asPerson(personId, async (tx) => {
        const ended = await tx.sql<{ hash: string }>(
          'delete from tool_consent where owner_id = $1 and tool = $2 returning hash',
          [personId, tool],
        )
        const hash = ended[0]?.hash
        if (hash !== undefined) await record(tx, 'tool.always-allowed-ended', { personId, tool, hash, origin })
      }),
  }
}

/** The same inside the transaction of an answer to a question. */
export async function grantConsent(tx: Tx, consent: ToolConsent): Promise<void> {
  await tx.sql(
    `insert into tool_consent (owner_id, tool, hash) values ($1, $2, $3)
     on conflict (owner_id, tool) do update set hash = excluded.hash, granted_at = now()`,
    [consent.personId, consent.tool, consent.hash],
  )
  await record(tx, 'tool.always-allowed', consent)
}

async function record(
  tx: Tx,
  action: 'tool.always-allowed' | 'tool.always-allowed-ended',
  { personId, tool, hash, origin }: ToolConsent,
): Promise<void> {
  const object = { type: 'tool', id: tool }
  await recordAudit(tx, { actor: { kind: 'person', id: personId }, action, object, details: { hash }, origin })
}
