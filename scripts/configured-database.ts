import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { BackupError } from '../orchestrator/src/backup/backup-error.ts'
import { ConfigError } from '../orchestrator/src/config/config-error.ts'
import type { Config } from '../orchestrator/src/config/config.ts'
import { loadConfig } from '../orchestrator/src/config/load-config.ts'
import { readDotenv } from '../orchestrator/src/config/read-dotenv.ts'
import { DirectoryInUse } from '../orchestrator/src/storage/embedded/directory-lock.ts'
import { DatabaseUnavailable } from '../orchestrator/src/storage/errors.ts'
import { MigrationMismatch } from '../orchestrator/src/storage/migrate.ts'
import { type DatabaseSettings, openDatabase } from '../orchestrator/src/storage/open-database.ts'
import type { OpenedDatabase } from '../orchestrator/src/storage/pooled-database.ts'

const root = resolve(import.meta.dirname, '..')

/** Tells an operator at a terminal what happens; what only helps a developer is left out. */
export const terminalLog = {
  debug: () => undefined,
  info: (_fields: object, message: string) => console.log(message),
  warn: (_fields: object, message: string) => console.warn(message),
}

/** The environment, and `.env` for what it does not set. */
export function environment(): Record<string, string | undefined> {
  return readDotenv(root)
}

/** What they say. */
export function configuration(): Config {
  const { version } = JSON.parse(readFileSync(resolve(root, 'orchestrator/package.json'), 'utf8'))
  return loadConfig(environment(), { version: String(version), cwd: root }).config
}

/** Reads the arguments; where they are wrong, says how they are meant and returns null. */
export function usageFault<T>(help: string, read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    process.exitCode = 2
    return null
  }
}

/** The database that the environment and `.env` name: a server, or the embedded one. */
export function configuredDatabase(): DatabaseSettings {
  return configuration().database
}

/** Opens it for a script's work, and closes it. */
export async function withDatabase<T>(
  settings: DatabaseSettings,
  work: (database: OpenedDatabase) => Promise<T>,
): Promise<T> {
  const progress = (step: string) => {
    if (step === 'create') console.log('Creating the embedded database …')
  }
  const database = await openDatabase(settings, { log: terminalLog, progress })
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** Runs a script. What an operator can mend is one line; anything else is a fault of ours, with its stack. */
export async function runScript(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const known = [BackupError, ConfigError, DirectoryInUse, DatabaseUnavailable, MigrationMismatch]
    const line = known.some((type) => error instanceof type) && error instanceof Error
    console.error(line ? error.message : error)
    process.exitCode = 1
  }
}
