import type { Database, Tx } from '../storage/database.ts'
import { CHAIN_START, chainHash, SEALED_TEXT } from './chain.ts'

/** Any number that nobody else uses as an advisory lock of this database: the chain has one writer. */
const LOCK = 7_231_946_503
const BATCH = 500

/** The end of the chain. Whoever keeps it elsewhere can tell later that nothing before it was changed or cut off. */
export interface ChainHead {
  position: number
  hash: string
}

/**
 * Seals what was written since the last time, in batches. Any process may, at any time: another one's work in hand is left
 * to it. Returns the new end of the chain, or null where there was nothing to seal.
 */
export async function sealAudit(database: Database): Promise<ChainHead | null> {
  let head: ChainHead | null = null
  for (;;) {
    const sealed = await database.asSystem(sealBatch)
    if (sealed === null) return head
    head = sealed
  }
}

async function sealBatch(tx: Tx): Promise<ChainHead | null> {
  const locked = await tx.sql<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [LOCK])
  if (locked[0]?.mine !== true) return null
  // In the order they were written; one whose transaction commits late comes in a later batch.
  const entries = await tx.sql<{ id: string; text: string }>(
    `select e.id, ${SEALED_TEXT} as text from audit_entry e where e.position is null order by e.id limit ${BATCH}`,
  )
  if (entries.length === 0) return null
  const last = await tx.sql<{ position: number; hash: Buffer }>(
    'select position, hash from audit_entry where position is not null order by position desc limit 1',
  )
  let hash = last[0]?.hash ?? CHAIN_START
  const hashes = entries.map(({ text }) => (hash = chainHash(hash, text)))
  await tx.sql('select seal_audit($1::uuid[], $2::bytea[])', [entries.map(({ id }) => id), hashes])
  return { position: (last[0]?.position ?? 0) + entries.length, hash: hash.toString('hex') }
}
