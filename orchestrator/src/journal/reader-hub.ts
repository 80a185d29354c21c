import type { Logger } from 'pino'
import type { Doorbell } from '../doorbell/doorbell.ts'
import type { Database } from '../storage/database.ts'
import { type EventSink, Follower } from './follower.ts'
import { type EventPage, readEvents } from './read-events.ts'

/** How often the followed runs are looked up, for rings that were lost. Faster while no rings can come from other processes. */
const POLL_MS = 1000
const POLL_WITHOUT_DOORBELL_MS = 250

/**
 * All readers of this process. They own nothing: a reader that goes changes nothing for the run. One poll for all followed
 * runs makes up for every ring that was lost.
 */
export class ReaderHub {
  readonly #database: Database
  readonly #doorbell: Doorbell
  readonly #log: Logger
  readonly #followers = new Map<string, Set<Follower>>()
  readonly #deaf = new Map<string, () => void>()
  /** Runs that rang since the last poll: a ring they lost shows at the next one, or in the silence after it. */
  readonly #heard = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: { database: Database; doorbell: Doorbell; log: Logger }) {
    this.#database = options.database
    this.#doorbell = options.doorbell
    this.#log = options.log
  }

  get size(): number {
    let size = 0
    for (const set of this.#followers.values()) size += set.size
    return size
  }

  /**
   * Follows a run from after `after` to its end. Returns the follower, to resume or stop it. A run that `begins` in this
   * turn of the loop has nothing in the journal to catch up with; whatever else it misses, it finds as ever.
   */
  follow(runId: string, after: number, sink: EventSink, begins = false): Follower {
    const read = (id: string, from: number): Promise<EventPage> => readEvents(this.#database, id, from)
    const follower = new Follower({
      runId,
      after,
      read,
      sink: {
        events: (events) => sink.events(events),
        end: () => {
          this.#forget(follower)
          sink.end()
        },
        move: (last) => {
          this.#forget(follower)
          sink.move(last)
        },
      },
    })
    const set = this.#followers.get(runId) ?? this.#startListening(runId)
    set.add(follower)
    if (this.#closed) queueMicrotask(() => follower.move())
    else if (!begins) follower.catchUp()
    this.#schedule()
    return follower
  }

  /** Sends every reader elsewhere: those that are here, and those that still come. */
  moveAll(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const set of this.#followers.values()) for (const follower of set) follower.move()
  }

  #startListening(runId: string): Set<Follower> {
    const set = new Set<Follower>()
    this.#followers.set(runId, set)
    const stop = this.#doorbell.listen(runId, (ring) => {
      this.#heard.add(runId)
      for (const follower of set) follower.hear(ring)
    })
    this.#deaf.set(runId, stop)
    return set
  }

  #forget(follower: Follower): void {
    const set = this.#followers.get(follower.runId)
    set?.delete(follower)
    if (set === undefined || set.size > 0) return
    this.#followers.delete(follower.runId)
    this.#deaf.get(follower.runId)?.()
    this.#deaf.delete(follower.runId)
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed) return
    const pause = this.#doorbell.connected() ? POLL_MS : POLL_WITHOUT_DOORBELL_MS
    this.#timer = setTimeout(() => {
      this.#poll()
        .catch((error: unknown) => this.#log.warn({ err: error }, 'The journal could not be polled'))
        .finally(() => {
          this.#timer = undefined
          if (this.#followers.size > 0) this.#schedule()
        })
    }, pause)
  }

  async #poll(): Promise<void> {
    const ids = [...this.#followers.keys()].filter((id) => !this.#heard.has(id))
    this.#heard.clear()
    if (ids.length === 0) return
    const rows = await this.#database.readAsSystem<{
      id: string
      last: string | number | null
      exists: boolean
      open: boolean
    }>({ text: LAST_SEQS, values: [ids], name: 'journal_poll' })
    for (const row of rows) {
      const followers = this.#followers.get(row.id) ?? []
      for (const follower of followers) {
        const last = Number(row.last ?? 0)
        // Its end is committed with its last event: whoever has read that far, or further, has nothing more to wait for.
        if (row.exists && (row.open || follower.last < last)) follower.hear({ runId: row.id, seq: last })
        else follower.stop()
      }
    }
  }
}

const LAST_SEQS = `
  select f.id, run.id is not null as exists, coalesce(run.state in ('running', 'waiting'), false) as open,
    (select seq from run_event where run_id = f.id order by seq desc limit 1) as last
  from unnest($1::uuid[]) f(id) left join run on run.id = f.id`
