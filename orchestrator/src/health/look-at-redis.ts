import type { RedisLink } from '../redis/redis-link.ts'
import { fault, type Finding, ok, skipped, warning } from './finding.ts'

const CHECK = 'Redis'
/** A link is up within some beats of a quarter second; a server that needs longer counts as away. */
const PATIENCE_MS = 5_000

/** Whether Redis takes writes, and goes on taking them when it is full. */
export async function lookAtRedis(redis: RedisLink | null, sleep: (ms: number) => Promise<void>): Promise<Finding> {
  if (redis === null) return ok(CHECK, 'none is configured; one orchestrator needs none, several do')
  for (let waited = 0; !redis.connected() && waited < PATIENCE_MS; waited += 100) await sleep(100)
  if (!redis.connected()) {
    const advice =
      'Check REDIS_URL, REDIS_PASSWORD and REDIS_SSL, and that the server runs and takes writes. Until then replicas poll.'
    return fault(CHECK, 'it does not answer, or takes no writes', advice)
  }
  const memory = await redis.ask((connection) => connection.info('memory'))
  if (memory === null) return skipped(CHECK, 'it answers, but tells nothing of its memory')
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown'
  const most = Number(/^maxmemory:(\d+)/m.exec(memory)?.[1] ?? 0)
  const megabytes = `${Math.round(most / 1024 ** 2)} MB`
  if (most === 0) {
    const advice = 'Set maxmemory below what its machine or container may use, and maxmemory-policy allkeys-lru.'
    return warning(CHECK, `no limit of memory (maxmemory 0), policy ${policy}`, advice)
  }
  if (policy !== 'noeviction') return ok(CHECK, `evicts by ${policy} at ${megabytes}`)
  const advice = 'Set maxmemory-policy allkeys-lru: nothing in it matters for long.'
  return warning(CHECK, `at ${megabytes} it refuses writes (noeviction), and counts as away`, advice)
}
