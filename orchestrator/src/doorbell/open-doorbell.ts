import type { Doorbell } from './doorbell.ts'
import { InProcessDoorbell } from './in-process-doorbell.ts'
import { type PubSub, RedisDoorbell } from './redis-doorbell.ts'

/** The doorbell of all replicas where there is a Redis, else of this process alone. */
export function openDoorbell(redis: PubSub | null): Doorbell {
  return redis === null ? new InProcessDoorbell() : new RedisDoorbell(redis)
}
