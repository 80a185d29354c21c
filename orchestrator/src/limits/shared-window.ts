import type { RedisLink } from '../redis/redis-link.ts'
import { WINDOW_SECONDS } from './second-window.ts'

export interface SharedCount {
  granted: boolean
  /** What all replicas together have counted in the window. */
  sum: number
  /** Seconds until one more will fit, or until the oldest leaves where one fits now. */
  seconds: number
}

export interface SharedRequest {
  key: string
  limit: number
  /** What this replica has counted by itself in the window, all told. */
  own: number
  /** What of it was not told to Redis yet. */
  unreported: number
  /** Whether one more is asked for. */
  asks: boolean
}

/** Counts in Redis, in one step and by its clock, so that all replicas decide the same. null: Redis is away. */
export async function countShared(redis: RedisLink, request: SharedRequest): Promise<SharedCount | null> {
  const { key, limit, own, unreported, asks } = request
  const answer = await redis.ask((connection) =>
    connection.eval(SCRIPT, 1, `aia:limit:${key}`, limit, own, unreported, asks ? 1 : 0),
  )
  if (!Array.isArray(answer)) return null
  const [granted, sum, seconds] = answer.map(Number)
  return { granted: granted === 1, sum: sum ?? 0, seconds: seconds ?? 1 }
}

/** The same window as `SecondWindow`. A Redis that lost its memory is told again what the asker has counted. */
const SCRIPT = `
local limit, own, unreported, asked = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(redis.call('TIME')[1])
local all = redis.call('HGETALL', KEYS[1])
local sum, counts = 0, {}
for i = 1, #all, 2 do
  local second, count = tonumber(all[i]), tonumber(all[i + 1])
  if second < now - ${WINDOW_SECONDS} then
    redis.call('HDEL', KEYS[1], all[i])
  else
    sum = sum + count
    counts[#counts + 1] = { second, count }
  end
end
if sum + unreported < own then unreported = own - sum end
local granted = 0
if asked == 1 and sum + unreported < limit then granted = 1 end
local added = unreported + granted
if added > 0 then
  redis.call('HINCRBY', KEYS[1], now, added)
  redis.call('EXPIRE', KEYS[1], ${WINDOW_SECONDS + 2})
  counts[#counts + 1] = { now, added }
  sum = sum + added
end
table.sort(counts, function(a, b) return a[1] < b[1] end)
local left = math.max(1, sum + 1 - limit)
for _, entry in ipairs(counts) do
  if entry[2] >= left then return { granted, sum, entry[1] + ${WINDOW_SECONDS + 1} - now } end
  left = left - entry[2]
end
return { granted, sum, 0 }`
