import type { Database } from '../storage/database.ts'
import { CHAIN_START, chainHash, SEALED_TEXT } from './chain.ts'
import type { ChainHead } from './seal-audit.ts'

const BATCH = 1000

export interface AuditVerdict {
  sealed: number
  /** Written and not sealed yet; a few seconds' worth where a server runs. */
  unsealed: number
  head: ChainHead | null
  /** The first place where the chain does not hold. */
  broken: { position: number; id: string | null; why: string } | null
}

/**
 * Computes the chain anew from its first entry. An entry that was changed, removed or slipped in shows at its place; a
 * chain that was rewritten or cut from there to its end shows only against a `kept` end of earlier days.
 */
export async function verifyAudit(database: Database, kept: ChainHead | null = null): Promise<AuditVerdict> {
  let hash = CHAIN_START
  let position = 0
  const verdict = (broken: AuditVerdict['broken'], unsealed: number): AuditVerdict => ({
    sealed: position,
    unsealed,
    head: position === 0 ? null : { position, hash: hash.toString('hex') },
    broken,
  })
  for (;;) {
    const rows = await database.asSystem((tx) => tx.sql<SealedRow>(PAGE, [position], 'audit_verify'))
    for (const row of rows) {
      const expected = chainHash(hash, row.text)
      const fault = faultOf(row, position, expected, kept)
      if (fault !== null) return verdict(fault, 0)
      hash = expected
      position += 1
    }
    if (rows.length < BATCH) break
  }
  const missing = kept !== null && kept.position > position
  const broken = missing
    ? { position: position + 1, id: null, why: `it was sealed up to entry ${kept.position}, and ends here` }
    : null
  const rest = await database.asSystem((tx) =>
    tx.sql<{ count: number }>('select count(*)::int as count from audit_entry where position is null'),
  )
  return verdict(broken, rest[0]?.count ?? 0)
}

interface SealedRow {
  id: string
  position: number
  hash: Buffer
  text: string
}

const PAGE = `
  select e.id, e.position, e.hash, ${SEALED_TEXT} as text
  from audit_entry e where e.position > $1 order by e.position limit ${BATCH}`

function faultOf(row: SealedRow, before: number, expected: Buffer, kept: ChainHead | null): AuditVerdict['broken'] {
  const position = before + 1
  if (row.position !== position) return { position, id: null, why: 'it is missing' }
  if (!row.hash.equals(expected)) {
    const why = position === 1 ? 'it was changed' : `it was changed, or the entry ${before} before it was`
    return { position, id: row.id, why }
  }
  if (kept?.position === position && kept.hash !== expected.toString('hex')) {
    return { position, id: row.id, why: 'its hash is not the one that was kept: the chain was written anew' }
  }
  return null
}
