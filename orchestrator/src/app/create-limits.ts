import type { Config } from '../config/config.ts'
import type { DoorLimits } from '../http/admit.ts'
import { LargeBodies, OpenStreams } from '../http/rate-limit.ts'
import { createRequestLimiter } from '../limits/request-limiter.ts'
import { watchReplicas } from '../limits/watch-replicas.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { Database } from '../storage/database.ts'

/** What the door counts; null where `RATE_LIMIT_ENABLED` is off. */
export function createLimits({ rateLimit }: Config, database: Database, redis: RedisLink | null): DoorLimits | null {
  if (!rateLimit.enabled) return null
  const requests = createRequestLimiter({ limits: rateLimit.requests, redis, replicas: watchReplicas(database) })
  return {
    requests,
    streams: new OpenStreams(rateLimit.streams),
    bodies: new LargeBodies(rateLimit.largeBodies),
  }
}
