import type { RedisLink } from '../redis/redis-link.ts'
import { SecondWindow, WINDOW_SECONDS } from './second-window.ts'
import { countShared } from './shared-window.ts'

/** The kinds of requests that have a limit of their own, beside started answers, which are counted in the database. */
export type LimitedKind = 'read' | 'write' | 'sign-in'

export interface LimitVerdict {
  admitted: boolean
  kind: LimitedKind
  /** How many are allowed in a minute. */
  limit: number
  remaining: number
  /** Seconds until one more will fit; where one fits now, until the oldest one counted leaves. */
  seconds: number
}

/**
 * Counts requests in a sliding minute, per person or address. With Redis all replicas count as one; without it, each grants
 * its share of the limit. A count is kept in this process in any case, so that losing Redis forgets nothing counted here.
 */
export interface RequestLimiter {
  count(kind: LimitedKind, who: string): Promise<LimitVerdict>
}

export interface RequestLimiterOptions {
  /** In a minute. */
  limits: Record<LimitedKind, number>
  redis: RedisLink | null
  /** How many replicas there are just now. */
  replicas: () => number
  /** Milliseconds of a clock that never runs back. */
  clock?: () => number
}

/**
 * With this much of a limit used, Redis is asked before a request is admitted; below it, it is told behind the request, so
 * that whoever is far from their limit waits for nothing. A limit too small for that is always asked for.
 */
const FAR = 1 / 4
const LARGE_LIMIT = 200
/** More callers than this are not remembered: the longest idle are forgotten. */
const MAX_CALLERS = 50_000

interface Account {
  readonly key: string
  readonly limit: number
  readonly own: SecondWindow
  /** What others had counted when Redis last told. */
  foreign: number
  foreignAt: number
  unreported: number
  reporting: boolean
}

export function createRequestLimiter({
  limits,
  redis,
  replicas,
  clock = () => performance.now(),
}: RequestLimiterOptions): RequestLimiter {
  const accounts = new Map<string, Account>()
  const nowSeconds = (): number => Math.floor(clock() / 1000)

  const ask = async (link: RedisLink, account: Account, asks: boolean) => {
    const { key, limit, own, unreported } = account
    account.unreported = 0
    const answer = await countShared(link, { key, limit, own: own.sum(nowSeconds()), unreported, asks })
    if (answer === null) account.unreported += unreported
    else if (answer.granted) own.add(nowSeconds(), 1)
    if (answer !== null) {
      account.foreignAt = nowSeconds()
      account.foreign = Math.max(0, answer.sum - own.sum(account.foreignAt))
    }
    return answer
  }
  const report = async (link: RedisLink, account: Account): Promise<void> => {
    if (account.reporting) return
    account.reporting = true
    while (account.unreported > 0 && (await ask(link, account, false)) !== null);
    account.reporting = false
  }

  return {
    count: async (kind, who) => {
      const limit = limits[kind]
      const account = accountOf(accounts, `${kind}:${who}`, limit)
      const now = nowSeconds()
      const share = Math.ceil(limit / Math.max(1, replicas()))
      const verdict = (admitted: boolean, used: number, seconds: number): LimitVerdict => ({
        admitted,
        kind,
        limit,
        remaining: admitted ? Math.max(0, limit - used) : 0,
        seconds,
      })
      if (redis?.connected() === true) {
        const known = knownOf(account, now)
        if (limit >= LARGE_LIMIT && known < limit * FAR) {
          account.own.add(now, 1)
          account.unreported += 1
          void report(redis, account)
          return verdict(true, known + 1, account.own.secondsUntilLeft(now, 1))
        }
        const answer = await ask(redis, account, true)
        if (answer !== null) return verdict(answer.granted, answer.sum, answer.seconds)
      }
      return countAlone(account, now, share, verdict)
    },
  }
}

/** Each replica's share, so that all of them together grant no more than the limit. */
function countAlone(
  account: Account,
  now: number,
  share: number,
  verdict: (admitted: boolean, used: number, seconds: number) => LimitVerdict,
): LimitVerdict {
  const used = account.own.sum(now)
  if (used >= share) return verdict(false, used, account.own.secondsUntilLeft(now, used + 1 - share))
  account.own.add(now, 1)
  account.unreported += 1
  return verdict(true, account.limit - share + used + 1, account.own.secondsUntilLeft(now, 1))
}

function knownOf(account: Account, now: number): number {
  return account.own.sum(now) + (now - account.foreignAt <= WINDOW_SECONDS ? account.foreign : 0)
}

/** The account of a caller, now the last in the order of use. */
function accountOf(accounts: Map<string, Account>, key: string, limit: number): Account {
  const account = accounts.get(key) ?? {
    key,
    limit,
    own: new SecondWindow(),
    foreign: 0,
    foreignAt: 0,
    unreported: 0,
    reporting: false,
  }
  accounts.delete(key)
  accounts.set(key, account)
  const longestIdle = accounts.size > MAX_CALLERS ? accounts.keys().next().value : undefined
  if (longestIdle !== undefined) accounts.delete(longestIdle)
  return account
}
