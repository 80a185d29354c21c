import { createHash } from 'node:crypto'

/** What the first entry follows. */
export const CHAIN_START: Buffer = Buffer.alloc(32)

/**
 * An entry as it is sealed: all it says, in one text that PostgreSQL makes the same way everywhere. A change here breaks
 * every chain there is.
 */
export const SEALED_TEXT = `jsonb_build_array(
  e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor, e.actor_id, e.action,
  e.object_type, e.object_id, e.address, e.request_id, e.details)::text`

/** The hash of an entry binds it to all before it. */
export function chainHash(previous: Buffer, sealedText: string): Buffer {
  return createHash('sha256').update(previous).update(sealedText).digest()
}
