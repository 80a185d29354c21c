import type { RedisOptions } from 'ioredis'

/** Mirrors `Config['redis']`. */
export interface RedisSettings {
  url: string
  password: string | null
  tls: boolean
}

/** A command unanswered for so long is given up, in milliseconds. */
const COMMAND_TIMEOUT_MS = 250
const CONNECT_TIMEOUT_MS = 2_000
/** Each beat brings bytes on both connections, so a socket silent for so long is half open. */
const SILENT_SOCKET_MS = 10_000
const MAX_RECONNECT_MS = 2_000

/** Nothing is queued or sent twice for a server that is away: what Redis carries is stale by the time it is back. */
export function redisOptions({ password, tls }: RedisSettings) {
  return {
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENT_SOCKET_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    connectionName: 'ai-assistant',
    // Half to all of a time that doubles: replicas that lost Redis together must not come back together.
    retryStrategy: (times: number) =>
      Math.min(100 * 2 ** Math.min(times, 10), MAX_RECONNECT_MS) * (0.5 + Math.random() / 2),
  } satisfies RedisOptions
}
