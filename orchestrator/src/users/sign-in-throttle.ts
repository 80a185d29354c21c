import { newId } from '../lib/new-id.ts'
import type { Secrets } from '../secrets/open-secrets.ts'
import type { Database, Tx } from '../storage/database.ts'
import { PeopleRefused } from './people-refused.ts'

/** So many tries of one kind within so many minutes. */
interface Bound {
  most: number
  minutes: number
}

/** Slows down guessing. Counted in the database: every replica counts the same, and a restart forgets nothing. */
export interface SignInThrottle {
  /**
   * Counts a try at an account's password before it is looked at, so that many at once are not more than one after the
   * other; throws `PeopleRefused` where there were too many. Returns the way to take it back: a good one is no guess.
   */
  tryPassword(attempt: PasswordAttempt): Promise<() => Promise<void>>
  /** Counts something else that is asked for; false where there were too many. */
  count(what: 'mail', of: string): Promise<boolean>
}

export interface PasswordAttempt {
  /** As it was typed: counted whether or not somebody has it. */
  email: string
  address: string
  /** The person has been in from this address lately: a stranger's guesses from elsewhere must not keep them out. */
  familiar: boolean
}

/** One place against one account: a person who forgot gets ten guesses, then a pause. */
const ONE_PLACE: Bound = { most: 10, minutes: 15 }
/** One place against all accounts: enough for a team behind one address that comes in on Monday morning. */
const ALL_FROM_A_PLACE: Bound = { most: 100, minutes: 15 }
/** All places against one account. Only unfamiliar ones wait for it, or anybody could lock anybody out. */
const ALL_AT_AN_ACCOUNT: Bound = { most: 100, minutes: 60 }
/** Mails to one address: more would be a nuisance made with our name. */
const MAIL: Bound = { most: 5, minutes: 60 }

export function createSignInThrottle(database: Database, secrets: Secrets): SignInThrottle {
  const keyOf = (...parts: string[]): Buffer => secrets.hash('throttle', parts.join('\n'))
  return {
    tryPassword: async ({ email, address, familiar }) => {
      const account = email.toLowerCase()
      const place = placeOf(address)
      const counted: [Buffer, Bound][] = [
        [keyOf('place', account, place), ONE_PLACE],
        [keyOf('from', place), ALL_FROM_A_PLACE],
      ]
      const strangers: [Buffer, Bound] = [keyOf('at', account), ALL_AT_AN_ACCOUNT]
      const ids = await countAll(database, familiar ? counted : [...counted, strangers])
      return () =>
        database.asSystem(
          async (tx) => void (await tx.sql('delete from sign_in_try where id = any($1::uuid[])', [ids])),
        )
    },
    count: (what, of) =>
      database.asSystem(async (tx) => (await countOne(tx, newId(), keyOf(what, of.toLowerCase()), MAIL)) === null),
  }
}

async function countAll(database: Database, counted: [Buffer, Bound][]): Promise<string[]> {
  const ids = counted.map(() => newId())
  // In one order everywhere: two tries that share keys wait for each other instead of dead-locking.
  const sorted = [...counted].sort(([a], [b]) => a.compare(b))
  await database.asSystem(async (tx) => {
    for (const [at, [key, bound]] of sorted.entries()) {
      const wait = await countOne(tx, ids[at] ?? newId(), key, bound)
      // Takes back what was counted before it: waiting always helps.
      if (wait !== null) throw tooMany(wait)
    }
  })
  return ids
}

function tooMany(wait: number): PeopleRefused {
  return new PeopleRefused(
    'rate_limited',
    'There were too many tries to sign in. Wait a little, or set a new password.',
    {
      context: { retryAfterSeconds: wait },
    },
  )
}

/** Seconds until one more is allowed, or null where it was counted. */
async function countOne(tx: Tx, id: string, key: Buffer, bound: Bound): Promise<number | null> {
  await tx.sql(`select pg_advisory_xact_lock(hashtextextended($1, 1))`, [key.toString('hex')])
  const rows = await tx.sql<{ wait: string | number | null }>(
    `select extract(epoch from tried_at + make_interval(mins => $2) - clock_timestamp()) as wait from sign_in_try
     where key_hash = $1 and tried_at > clock_timestamp() - make_interval(mins => $2)
     order by tried_at desc offset $3 - 1 limit 1`,
    [key, bound.minutes, bound.most],
  )
  if (rows[0] !== undefined) return Math.max(1, Math.ceil(Number(rows[0].wait)))
  await tx.sql('insert into sign_in_try (id, key_hash) values ($1, $2)', [id, key])
  return null
}

/** An IPv6 network of 64 bits is one household; its owner has all its addresses. */
export function placeOf(address: string): string {
  const plain = address.replace(/^::ffff:/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? []
  const front = head === '' ? [] : head.split(':')
  if (tail === undefined) return front.slice(0, 4).join(':')
  const back = tail === '' ? [] : tail.split(':')
  const middle = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  return [...front, ...middle, ...back].slice(0, 4).join(':')
}
