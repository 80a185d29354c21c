import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../orchestrator/src/config/config.ts'
import { fault, type Finding, skipped } from '../../orchestrator/src/health/finding.ts'
import { lookAtDatabase } from '../../orchestrator/src/health/look-at-database.ts'
import { lookAtGrace } from '../../orchestrator/src/health/look-at-grace.ts'
import { lookAtRedis } from '../../orchestrator/src/health/look-at-redis.ts'
import { lookAtSecrets } from '../../orchestrator/src/health/look-at-secrets.ts'
import { lookAtTools } from '../../orchestrator/src/health/look-at-tools.ts'
import { openConnections } from '../../orchestrator/src/mcp/connections.ts'
import { specsOfUrls } from '../../orchestrator/src/mcp/server-spec.ts'
import { parseServersFile } from '../../orchestrator/src/mcp/servers-file.ts'
import { openRedis } from '../../orchestrator/src/redis/open-redis.ts'
import { DirectoryInUse } from '../../orchestrator/src/storage/embedded/directory-lock.ts'
import { openDatabase } from '../../orchestrator/src/storage/open-database.ts'
import { askThroughProxies } from './ask-through-proxies.ts'

export interface ExamineOptions {
  url: string | null
  replicas: number | null
  /** Seconds. */
  grace: number | null
  preStop: number
}

/** `DRAIN_MS` of the orchestrator, in seconds. */
const DRAIN = 20
/** A tool server's first connection gets this long, in milliseconds. */
const TOOL_PATIENCE = 12_000

/** A doctor tells what it finds, and logs nothing beside it. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

/** Everything that can be told of the system, in the order in which it is worth reading. */
export async function examine(
  config: Config,
  env: Record<string, string | undefined>,
  options: ExamineOptions,
): Promise<Finding[]> {
  const [database, redis, tools] = await Promise.all([
    examineDatabase(config, options),
    examineRedis(config),
    examineTools(config, env),
  ])
  const grace = lookAtGrace(options.grace, { drain: DRAIN, preStop: options.preStop })
  return [...lookAtSecrets(config), ...database, redis, ...tools, grace]
}

async function examineDatabase(config: Config, { url, replicas }: ExamineOptions): Promise<Finding[]> {
  const settings = config.database
  const streaming = skipped('Streaming', 'give --url, the address where people reach the system')
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) {
    return [
      skipped('Database', `embedded, and not made yet: the first start makes it in ${settings.directory}`),
      streaming,
    ]
  }
  try {
    // Looking needs one connection, however many the orchestrators may open.
    const one = settings.kind === 'postgres' ? { ...settings, poolSize: 1, maxOverflow: 1 } : settings
    await using database = disposable(await openDatabase(one, { log: silent }))
    const findings = await lookAtDatabase(database.of, settings, { replicas, now: () => Date.now() })
    const reached = findings.every(({ check, level }) => check !== 'Database' || level !== 'fault')
    if (url === null || !reached) return [...findings, streaming]
    return [...findings, await askThroughProxies(database.of, config, url)]
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error
    return [skipped('Database', 'embedded, and in use by the orchestrator that runs: stop it to look at it'), streaming]
  }
}

async function examineRedis(config: Config): Promise<Finding> {
  const redis = await openRedis(config.redis, { log: silent })
  try {
    return await lookAtRedis(redis, (ms) => sleep(ms))
  } finally {
    await redis?.close()
  }
}

async function examineTools({ mcp }: Config, env: Record<string, string | undefined>): Promise<Finding[]> {
  try {
    const fromFile = mcp.serversFile === null ? [] : parseServersFile(await readFile(mcp.serversFile, 'utf8'), env)
    const connections = openConnections([...specsOfUrls(mcp.urls, mcp.serviceToken), ...fromFile], { version: '0' })
    try {
      await connections.settled(TOOL_PATIENCE)
      return lookAtTools(connections.list)
    } finally {
      await connections.close()
    }
  } catch (error) {
    const advice = 'Mend MCP_DISCOVERY_URLS or the file that MCP_SERVERS_FILE names.'
    return [fault('Tool servers', error instanceof Error ? error.message : String(error), advice)]
  }
}

function disposable<T extends { close(): Promise<void> }>(of: T): AsyncDisposable & { of: T } {
  return { of, [Symbol.asyncDispose]: () => of.close() }
}
