import type { RedisLink, RedisLog } from './redis-link.ts'
import type { RedisSettings } from './redis-options.ts'

/**
 * The way to Redis, or null where none is configured, for whom its client is not even loaded. Does not wait for it: a Redis
 * that is away keeps nobody from starting.
 */
export async function openRedis(
  settings: ({ kind: 'redis' } & RedisSettings) | { kind: 'none' },
  { log }: { log: RedisLog },
): Promise<RedisLink | null> {
  if (settings.kind === 'none') return null
  const link = await import('./redis-link.ts')
  return new link.RedisLink(settings, log)
}
