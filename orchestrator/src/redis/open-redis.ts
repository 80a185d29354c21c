import { RedisLink, type RedisLog } from './redis-link.ts'
import type { RedisSettings } from './redis-options.ts'

/** The way to Redis, or null where none is configured. Does not wait for it: a Redis that is away keeps nobody from starting. */
export function openRedis(
  settings: ({ kind: 'redis' } & RedisSettings) | { kind: 'none' },
  { log }: { log: RedisLog },
): RedisLink | null {
  return settings.kind === 'redis' ? new RedisLink(settings, log) : null
}
