import { v7 } from 'uuid'

/**
 * A UUIDv7 (RFC 9562): ordered by time, so that keys stay dense and a run's journal partition can be told from its id. The ids
 * of one process are in the order in which they were made.
 */
export function newId(): string {
  const random = nextRandom()
  const now = Date.now()
  if (now > msecs) {
    msecs = now
    seq = pool.readUInt32LE(used - ID_BYTES) >>> 1
  } else seq += 1
  return v7({ msecs, seq, random })
}

/** Of the last id: its time, and which one it was in it, counted from a random number that leaves room to count. */
let msecs = 0
let seq = 0

const ID_BYTES = 16
const pool = Buffer.alloc(256 * ID_BYTES)
let used = pool.length

/** Fetched for many ids at once: fetching takes ten times as long as all else of an id. */
function nextRandom(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += ID_BYTES
  return pool.subarray(used - ID_BYTES, used)
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return uuidPattern.test(text)
}
