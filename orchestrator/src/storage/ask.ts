import pg, { type ClientBase, type QueryConfig, type QueryResult } from 'pg'
import { NoAnswer } from './failure.ts'

/**
 * Sends one statement. Rejects with `NoAnswer` when its connection has said nothing for `deadlineMs` (0: never): a server
 * that was frozen, or a network that swallows packets, otherwise holds its callers until TCP gives up a quarter of an hour
 * later. The connection is lost then.
 */
export function ask(client: ClientBase, query: string | QueryConfig, deadlineMs: number): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const watch = deadlineMs === 0 ? null : watchOf(client, deadlineMs)
    watch?.begin(reject)
    // The driver's own promise, and its timer for each statement, would cost as much as the rest of sending it.
    const answered: Answered = (error, result) => {
      watch?.end(reject)
      if (error) reject(error)
      else resolve(result)
    }
    client.query(toQuery(query, answered))
  })
}

type Answered = (error: Error | null | undefined, result: QueryResult) => void

/** The driver clones a statement it is given as an object property by property, which costs as much as sending it. */
function toQuery(statement: string | QueryConfig, answered: Answered): pg.Query {
  const { text, name, values } = typeof statement === 'string' ? { text: statement } : statement
  const query = new pg.Query(text, values, answered)
  return name === undefined ? query : Object.assign(query, { name })
}

type GiveUp = (error: NoAnswer) => void

const watches = new WeakMap<ClientBase, Watch>()

function watchOf(client: ClientBase, deadlineMs: number): Watch {
  const known = watches.get(client)
  if (known?.deadlineMs === deadlineMs) return known
  const watch = new Watch(deadlineMs)
  watches.set(client, watch)
  return watch
}

/** One timer for all statements under way on a connection: each answer shows that it lives. */
class Watch {
  readonly deadlineMs: number
  readonly #underWay = new Set<GiveUp>()
  readonly #timer: NodeJS.Timeout

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs
    this.#timer = setTimeout(() => this.#giveUp(), deadlineMs)
  }

  begin(giveUp: GiveUp): void {
    if (this.#underWay.size === 0) this.#timer.refresh().ref()
    this.#underWay.add(giveUp)
  }

  end(giveUp: GiveUp): void {
    this.#underWay.delete(giveUp)
    if (this.#underWay.size === 0) this.#timer.unref()
    else this.#timer.refresh()
  }

  #giveUp(): void {
    const error = new NoAnswer(`no answer within ${this.deadlineMs} ms`)
    for (const giveUp of this.#underWay) giveUp(error)
    this.#underWay.clear()
  }
}
