import { createHash, randomBytes } from 'node:crypto'
import type { AdminConnection } from '../storage/copy.ts'
import { type BackupKey, fingerprintOf, type KeyRing, newBackupKey } from './keys.ts'
import { type BackedUpTable, MANIFEST, type Manifest, partName, sealManifest } from './manifest.ts'
import { quote, readSequences, readTables } from './read-catalogue.ts'
import { type ReadProgress, readRows, TEXT_SETTINGS } from './read-rows.ts'
import { RowSum } from './row-sum.ts'
import { sealFrame } from './seal-frame.ts'
import { stamp } from './stamp.ts'
import type { BackupStore } from './store.ts'

/** A part is closed when it has so much: what is held in memory, and sent to a store in one piece. */
const PART_BYTES = 16 << 20

export interface WriteOptions {
  store: BackupStore
  keys: KeyRing
  /** Null where the backup is made without it. */
  secretKey: string | null
  /** Of the product. */
  version: string
  kind: Manifest['database']['kind']
  progress: ReadProgress
  /** For tests: parts of another size. */
  partBytes?: number
}

/**
 * Writes a backup: everything that was committed at one moment, and nothing else. One transaction reads it all, so writers go
 * on meanwhile. It is one when its manifest is written, last of all; what is left of a failed one is no backup.
 */
export async function writeBackup(client: AdminConnection, options: WriteOptions): Promise<Manifest> {
  await client.query('begin isolation level repeatable read read only')
  try {
    await client.query(
      `${TEXT_SETTINGS}; set local idle_in_transaction_session_timeout = 0; set local search_path = public`,
    )
    const manifest = await writeParts(client, options)
    await client.query('commit')
    return manifest
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function writeParts(client: AdminConnection, options: WriteOptions): Promise<Manifest> {
  const { store, keys, version, kind, progress, secretKey } = options
  const { rows } = await client.query<{ cut_at: Date; version: string }>(
    `select now() as cut_at, current_setting('server_version') as version`,
  )
  const [cut] = rows
  if (cut === undefined) throw new Error('no answer')
  const name = `ai_assistant_${stamp(cut.cut_at)}_${randomBytes(3).toString('hex')}`
  const key = newBackupKey(keys)
  const tables = await readTables(client)
  const heaps = tables.flatMap(({ heaps: own }) => own)
  // Reading goes on beside it; what would drop or change a table waits.
  if (heaps.length > 0) await client.query(`lock table only ${heaps.map(quote).join(', only ')} in access share mode`)
  const sums = tables.map(() => new RowSum())
  const parts = new PartWriter(name, key, store, options.partBytes ?? PART_BYTES)
  const take = async (at: number, lines: Buffer): Promise<void> => {
    sums[at]?.add(lines)
    await parts.add(at, lines)
  }
  await readRows(client, tables, take, progress)
  await parts.flush()
  const manifest: Manifest = {
    format: 1,
    name,
    cutAt: cut.cut_at.toISOString(),
    version,
    database: { kind, version: cut.version },
    key: { salt: key.salt.toString('hex'), fingerprint: key.fingerprint },
    secretKeyFingerprint: secretKey === null ? null : fingerprintOf(secretKey),
    migrations: await readMigrations(client),
    tables: tables.map(({ name: table, columns, partitions }, at): BackedUpTable => {
      const { rows: count = 0 } = sums[at] ?? {}
      return { name: table, columns, partitions, rows: count, checksum: sums[at]?.checksum() ?? '' }
    }),
    sequences: await readSequences(client),
    parts: parts.written,
  }
  await store.write(name, MANIFEST, sealManifest(manifest, key))
  return manifest
}

async function readMigrations(client: AdminConnection): Promise<Manifest['migrations']> {
  const { rows } = await client.query<Manifest['migrations'][number]>(
    'select version, name, checksum from schema_migration order by version',
  )
  return rows
}

/** Collects sealed frames into parts. A frame's first four bytes say which of the manifest's tables its rows are of. */
class PartWriter {
  readonly written: Manifest['parts'] = []
  #frames: Buffer[] = []
  #bytes = 0
  #frame = 0
  #backup: string
  #key: BackupKey
  #store: BackupStore
  #most: number

  constructor(backup: string, key: BackupKey, store: BackupStore, most: number) {
    this.#most = most
    this.#backup = backup
    this.#key = key
    this.#store = store
  }

  async add(table: number, lines: Buffer): Promise<void> {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(table)
    const place = { backup: this.#backup, part: partName(this.written.length), frame: this.#frame }
    this.#frame += 1
    const frame = await sealFrame(this.#key, place, Buffer.concat([head, lines]))
    this.#frames.push(frame)
    this.#bytes += frame.length
    if (this.#bytes >= this.#most) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#bytes === 0) return
    const bytes = Buffer.concat(this.#frames)
    const name = partName(this.written.length)
    await this.#store.write(this.#backup, name, bytes)
    this.written.push({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    this.#frames = []
    this.#bytes = 0
  }
}
