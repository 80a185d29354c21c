import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { swapData } from '../storage/embedded/data-files.ts'
import { lockDirectory } from '../storage/embedded/directory-lock.ts'
import { type DatabaseSettings, openDatabase } from '../storage/open-database.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { type DatabaseManager, openDatabaseManager } from '../storage/postgres/manage-databases.ts'
import type { StorageLog } from '../storage/storage-log.ts'
import { BackupError } from './backup-error.ts'
import { stamp, stampedName } from './stamp.ts'

/** A new, empty database beside the live one. One process at a time has one for a purpose; what a killed one left is removed. */
export interface Workbench {
  readonly database: OpenedDatabase
  /** For people. */
  readonly where: string
  /** Puts it into the live one's place and returns what that is kept as. It is closed then. */
  takePlace(): Promise<string>
  /** Removes it. */
  discard(): Promise<void>
}

/** What becomes of its connections when it is dropped is news to nobody. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

export type Purpose = 'checking' | 'restoring'

/** `checking` needs no more than some database; `restoring` one that can take the live one's place. */
export async function openWorkbench(settings: DatabaseSettings, purpose: Purpose, log: StorageLog): Promise<Workbench> {
  if (settings.kind === 'embedded') return openBeside(settings.directory, purpose)
  const manager = await openDatabaseManager(settings.url, purpose)
  if (manager.mayCreate) return openOnServer(manager, purpose)
  await manager.close()
  const advice = `its role may not make databases: \`alter role … createdb\` allows it`
  if (purpose === 'restoring') throw new BackupError(`No database can be made beside ${manager.live}; ${advice}`)
  log.info({}, `Checking in an embedded database, not on the server: ${advice}`)
  return openElsewhere()
}

async function openOnServer(manager: DatabaseManager, purpose: Purpose): Promise<Workbench> {
  const prefix = `${manager.live}_${purpose}_`
  let opened: OpenedDatabase | undefined
  const closeOnce = async (): Promise<void> => {
    const closing = opened
    opened = undefined
    await closing?.close()
  }
  const discard = async (): Promise<void> => {
    await closeOnce()
    for (const name of await manager.list(prefix)) await manager.drop(name)
    await manager.close()
  }
  try {
    for (const left of await manager.list(prefix)) await manager.drop(left)
    const name = prefix + stamp()
    await manager.create(name)
    const settings: DatabaseSettings = { kind: 'postgres', url: manager.urlOf(name), poolSize: 0, maxOverflow: 3 }
    const database = await openDatabase(settings, { log: silent })
    opened = database
    return {
      database,
      where: `the database ${name}`,
      takePlace: async () => {
        await closeOnce()
        const had = await manager.exists(manager.live)
        const keepAs = await stampedName(`${manager.live}_before_`, (one) => manager.exists(one))
        await manager.swap(name, keepAs)
        await manager.close()
        return had ? keepAs : ''
      },
      discard,
    }
  } catch (error) {
    await discard()
    throw error
  }
}

async function openBeside(live: string, purpose: Purpose): Promise<Workbench> {
  const folder = join(dirname(live), purpose)
  // Whoever restores keeps the live one closed as well, from the beginning: nobody writes into what will be put aside.
  const locks = [lockDirectory(folder)]
  const release = (): void => locks.splice(0).forEach((lock) => lock.release())
  try {
    if (purpose === 'restoring') locks.push(lockDirectory(live))
    for (const left of await readdir(folder, { withFileTypes: true })) {
      if (left.isDirectory()) await rm(join(folder, left.name), { recursive: true, force: true })
    }
    const directory = join(folder, stamp())
    const database = await openDatabase({ kind: 'embedded', directory }, { log: silent })
    let open = true
    const closeOnce = async (): Promise<void> => {
      if (open) await database.close()
      open = false
    }
    const clear = async (): Promise<void> => {
      await rm(directory, { recursive: true, force: true })
      release()
    }
    return {
      database,
      where: directory,
      takePlace: async () => {
        await closeOnce()
        const keepAs = await stampedName('data.before_', (one) => existsSync(join(live, one)))
        const had = existsSync(join(live, 'data'))
        swapData(live, join(directory, 'data'), keepAs)
        await clear()
        return had ? keepAs : ''
      },
      discard: async () => {
        await closeOnce()
        await clear()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

async function openElsewhere(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-assistant-checking-'))
  const directory = join(folder, 'database')
  await mkdir(directory)
  const database = await openDatabase({ kind: 'embedded', directory }, { log: silent })
  return {
    database,
    where: directory,
    takePlace: () => Promise.reject(new BackupError('A database made for checking takes no other’s place')),
    discard: async () => {
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
