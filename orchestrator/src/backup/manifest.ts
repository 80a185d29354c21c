import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { DamagedBackup } from './backup-error.ts'
import { type BackupKey, type KeyRing, keyOfBackup } from './keys.ts'

/** The format this code writes, and the only one it reads. */
const FORMAT = 1
export const MANIFEST = 'manifest'
export const MAX_MANIFEST_BYTES = 16 << 20

/** `ai_assistant_<UTC day>_<UTC time>_<six digits>`: sorts by time, and is a folder's name everywhere. */
export const BACKUP_NAME = /^ai_assistant_\d{8}_\d{6}_[0-9a-f]{6}$/
const PART_NAME = /^part-\d{5}$/

const hex = z.string().regex(/^[0-9a-f]+$/)
/** What PostgreSQL allows without quotes, and our migrations use. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/)
const count = z.int().min(0)

const tableSchema = z.strictObject({
  name: identifier,
  columns: z.array(identifier).min(1),
  rows: count,
  /** Of the rows, whatever their order. */
  checksum: hex.length(32),
  /** Where it is partitioned: the parts it had, as `create table … partition of` takes them. */
  partitions: z.array(z.strictObject({ name: identifier, bound: z.string().regex(/^(FOR VALUES [^;]+|DEFAULT)$/) })),
})

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  name: z.string().regex(BACKUP_NAME),
  /** The moment of the cut, in the database's time: what was committed before is in it. */
  cutAt: z.iso.datetime(),
  /** Of the product, and of the database it was read from. */
  version: z.string(),
  database: z.strictObject({ kind: z.enum(['postgres', 'embedded']), version: z.string() }),
  key: z.strictObject({ salt: hex.length(64), fingerprint: hex.length(16) }),
  /** Of SECRET_KEY, without which what it seals stays sealed; the backup itself may be under another key. */
  secretKeyFingerprint: hex.length(16).nullable(),
  migrations: z.array(z.strictObject({ version: count, name: identifier, checksum: hex.length(64) })),
  tables: z.array(tableSchema),
  sequences: z.array(z.strictObject({ name: identifier, value: z.string().regex(/^-?\d+$/), called: z.boolean() })),
  parts: z.array(z.strictObject({ name: z.string().regex(PART_NAME), bytes: count, sha256: hex.length(64) })),
})

export type Manifest = z.infer<typeof manifestSchema>
export type BackedUpTable = z.infer<typeof tableSchema>

/** One line of JSON and one with its seal. */
export function sealManifest(manifest: Manifest, key: BackupKey): Buffer {
  const body = JSON.stringify(manifest)
  return Buffer.from(`${body}\n${seal(body, key)}\n`)
}

/**
 * Reads a manifest and finds the key of its backup. Trust boundary: whoever can write to the store can write anything here, so
 * nothing of it counts before the seal is checked, but for the salt and the fingerprint that tell which key to check it with.
 *
 * @throws {DamagedBackup} on anything that `sealManifest` did not write for the backup of this name
 */
export function openManifest(bytes: Buffer, name: string, keys: KeyRing): { manifest: Manifest; key: BackupKey } {
  const [body = '', given = '', ...rest] = bytes.toString('utf8').split('\n')
  const raw = parseJson(body)
  const format = z.object({ format: z.number() }).safeParse(raw)
  if (!format.success) throw new DamagedBackup(MANIFEST, 'is not a manifest')
  if (format.data.format !== FORMAT) {
    throw new DamagedBackup(MANIFEST, `is of format ${format.data.format}; this version reads format ${FORMAT}`)
  }
  const found = z.object({ key: manifestSchema.shape.key }).safeParse(raw)
  if (!found.success) throw new DamagedBackup(MANIFEST, 'does not say which key it is under')
  const key = keyOfBackup(keys, found.data.key)
  if (rest.join('') !== '' || !sameText(given, seal(body, key))) {
    throw new DamagedBackup(MANIFEST, 'its seal is not right: it was changed, or cut off')
  }
  const result = manifestSchema.safeParse(raw)
  if (!result.success) throw new DamagedBackup(MANIFEST, z.prettifyError(result.error))
  const manifest = result.data
  if (manifest.name !== name) throw new DamagedBackup(MANIFEST, `belongs to ${manifest.name}`)
  manifest.parts.forEach((part, at) => {
    if (part.name !== partName(at))
      throw new DamagedBackup(MANIFEST, `names ${part.name} where ${partName(at)} belongs`)
  })
  return { manifest, key }
}

export function partName(at: number): string {
  return `part-${String(at + 1).padStart(5, '0')}`
}

function seal(body: string, key: BackupKey): string {
  return createHmac('sha256', key.forManifest).update(body).digest('hex')
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
