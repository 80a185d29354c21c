import type { Config } from '../config/config.ts'
import { sleep } from '../lib/sleep.ts'
import type { McpConnections } from '../mcp/connections.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { OpenedDatabase } from '../storage/pooled-database.ts'
import { type Finding, skipped } from './finding.ts'
import { lookAtDatabase } from './look-at-database.ts'
import { lookAtRedis } from './look-at-redis.ts'
import { lookAtSecrets } from './look-at-secrets.ts'
import { lookAtTools } from './look-at-tools.ts'

/** A tool server's first connection gets this long, in milliseconds. */
const TOOL_PATIENCE = 12_000

/** What a running orchestrator has open, and can look at from where it is. */
export interface Running {
  config: Config
  database: OpenedDatabase
  redis: RedisLink | null
  connections: McpConnections
}

/**
 * Looks the running system over, as `npm run doctor` does from outside. All who ask at once share one look. What only
 * whoever stands outside can see, how it is stopped and what proxies do, is named as not looked at.
 */
export function createExamination(running: Running): () => Promise<Finding[]> {
  let looking: Promise<Finding[]> | null = null
  return () => {
    looking ??= examineRunning(running).finally(() => {
      looking = null
    })
    return looking
  }
}

async function examineRunning({ config, database, redis, connections }: Running): Promise<Finding[]> {
  const [ofDatabase, ofRedis] = await Promise.all([
    lookAtDatabase(database, config.database, { replicas: null, now: () => Date.now() }),
    lookAtRedis(redis, (ms) => sleep(ms)),
    connections.settled(TOOL_PATIENCE),
  ])
  const outside = 'seen only from outside, by npm run doctor --'
  return [
    ...lookAtSecrets(config),
    ...ofDatabase,
    ofRedis,
    ...lookAtTools(connections.list),
    skipped('Streaming', `${outside} --url <where people reach it>`),
    skipped('Grace period', `${outside} --grace-period <seconds it is given to stop>`),
  ]
}
