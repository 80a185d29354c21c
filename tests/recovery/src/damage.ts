import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newBackupKey, keyOfBackup, type KeyRing } from '../../../orchestrator/src/backup/keys.ts'
import { type Manifest, sealManifest } from '../../../orchestrator/src/backup/manifest.ts'

/** What a damage works on: two good backups of one store, as folders. */
export interface Victim {
  /** The one that is damaged. */
  folder: string
  /** An older one under the same key. */
  older: string
  keys: KeyRing
  /** From 0 up to, not including, `below`; the same for the same seed. */
  random: (below: number) => number
}

export interface Damage {
  name: string
  /** Damages it, and returns the part that must be named. */
  apply(victim: Victim): Promise<string>
  /** Whether only the loading can find it: everything is authentic, but it does not add up. */
  needsLoading?: true
}

/** Ways in which disks, networks, people and attackers damage a backup. */
export const damages: Damage[] = [
  {
    name: 'a part is cut off',
    apply: (victim) => change(victim, (bytes, random) => bytes.subarray(0, random(bytes.length))),
  },
  {
    name: 'four bytes of a part are flipped',
    apply: (victim) =>
      change(victim, (bytes, random) => {
        const bad = Buffer.from(bytes)
        for (let times = 0; times < 4; times++) {
          const at = random(bad.length)
          // Never back to what it was.
          bad[at] = ((bytes[at] ?? 0) + 1 + random(254)) & 255
        }
        return bad
      }),
  },
  {
    name: 'a part has more bytes',
    apply: (victim) => change(victim, (bytes) => Buffer.concat([bytes, Buffer.from([0])])),
  },
  { name: 'a part is all zeroes', apply: (victim) => change(victim, (bytes) => Buffer.alloc(bytes.length)) },
  { name: 'a part is empty', apply: (victim) => change(victim, () => Buffer.alloc(0)) },
  {
    name: 'a part is missing',
    apply: async (victim) => {
      const part = await anyPart(victim)
      await rm(join(victim.folder, part))
      return part
    },
  },
  {
    name: 'a part is a folder',
    apply: async (victim) => {
      const part = await anyPart(victim)
      await rm(join(victim.folder, part))
      await mkdir(join(victim.folder, part))
      return part
    },
  },
  {
    name: 'two parts have changed places',
    apply: async ({ folder }) => {
      await rename(join(folder, 'part-00001'), join(folder, 'aside'))
      await rename(join(folder, 'part-00002'), join(folder, 'part-00001'))
      await rename(join(folder, 'aside'), join(folder, 'part-00002'))
      return 'part-00001'
    },
  },
  {
    name: 'a part is of another backup',
    apply: async ({ folder, older }) => {
      await cp(join(older, 'part-00002'), join(folder, 'part-00002'))
      return 'part-00002'
    },
  },
  {
    name: 'the manifest is of another backup',
    apply: async ({ folder, older }) => {
      await cp(join(older, 'manifest'), join(folder, 'manifest'))
      return 'manifest'
    },
  },
  { name: 'the manifest is missing', apply: ({ folder }) => rm(join(folder, 'manifest')).then(() => 'manifest') },
  {
    name: 'a byte of the manifest is flipped',
    apply: (victim) =>
      changeFile(victim, 'manifest', (bytes, random) => {
        const at = random(bytes.length - 1)
        return Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ (1 + random(127))))
      }),
  },
  {
    name: 'the manifest is cut off',
    apply: (victim) => changeFile(victim, 'manifest', (bytes, random) => bytes.subarray(0, random(bytes.length - 2))),
  },
  {
    name: 'it is under another key',
    apply: (victim) => reseal(victim, (manifest) => manifest, [{ name: 'X', value: 'other' }]),
  },
  { name: 'it is of a newer format', apply: (victim) => reseal(victim, (manifest) => ({ ...manifest, format: 2 })) },
  {
    name: 'a part is named to lie outside of the backup',
    apply: (victim) =>
      reseal(victim, (manifest) => ({
        ...manifest,
        parts: [{ ...manifest.parts[0], name: '../../../tmp/part-00001' }, ...manifest.parts.slice(1)],
      })),
  },
  {
    name: 'the manifest says that a part is shorter, and gives its hash',
    apply: (victim) =>
      reseal(
        victim,
        async (manifest) => {
          const bytes = (await readFile(join(victim.folder, 'part-00001'))).subarray(0, 100)
          await writeFile(join(victim.folder, 'part-00001'), bytes)
          const part = { name: 'part-00001', bytes: 100, sha256: createHash('sha256').update(bytes).digest('hex') }
          return { ...manifest, parts: [part, ...manifest.parts.slice(1)] }
        },
        undefined,
        'part-00001',
      ),
  },
  {
    name: 'a table’s name is a statement',
    apply: (victim) =>
      reseal(victim, (manifest) => ({
        ...manifest,
        tables: [{ ...manifest.tables[0], name: 'message"; drop table message; --' }, ...manifest.tables.slice(1)],
      })),
  },
  {
    name: 'a row is missing, and nobody says so',
    needsLoading: true,
    apply: (victim) =>
      reseal(victim, (manifest) => withTable(manifest, ({ rows }) => ({ rows: rows + 1 })), undefined, 'message'),
  },
  {
    name: 'a row has another content, and nobody says so',
    needsLoading: true,
    apply: (victim) =>
      reseal(victim, (manifest) => withTable(manifest, () => ({ checksum: '0'.repeat(32) })), undefined, 'message'),
  },
]

function withTable(manifest: Manifest, change: (table: Manifest['tables'][number]) => object): object {
  return {
    ...manifest,
    tables: manifest.tables.map((table) => (table.name === 'message' ? { ...table, ...change(table) } : table)),
  }
}

type Change = (bytes: Buffer, random: Victim['random']) => Buffer

async function change(victim: Victim, make: Change): Promise<string> {
  return changeFile(victim, await anyPart(victim), make)
}

async function changeFile({ folder, random }: Victim, file: string, make: Change): Promise<string> {
  const path = join(folder, file)
  await writeFile(path, make(await readFile(path), random))
  return file
}

async function anyPart(victim: Victim): Promise<string> {
  const { parts } = await readManifest(victim.folder)
  return parts[victim.random(parts.length)]?.name ?? ''
}

/** As somebody would who has the key, or a program of ours with a fault. */
async function reseal(
  { folder, keys }: Victim,
  make: (manifest: Manifest) => object | Promise<object>,
  other?: KeyRing,
  named = 'manifest',
): Promise<string> {
  const manifest = await readManifest(folder)
  const key = other === undefined ? keyOfBackup(keys, manifest.key) : newBackupKey(other)
  const mine = { salt: key.salt.toString('hex'), fingerprint: key.fingerprint }
  const changed: object = { ...(await make(manifest)), key: mine }
  await writeFile(join(folder, 'manifest'), sealManifest(changed as Manifest, key))
  return named
}

async function readManifest(folder: string): Promise<Manifest> {
  const [body = ''] = (await readFile(join(folder, 'manifest'), 'utf8')).split('\n')
  return JSON.parse(body)
}
