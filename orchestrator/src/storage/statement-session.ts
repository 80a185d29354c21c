import type { ClientBase, QueryConfig } from 'pg'
import { ask } from './ask.ts'
import type { Session } from './database.ts'
import { CommitUnknown, DatabaseUnavailable } from './errors.ts'
import { isConnectionLoss, isRetryable, toDatabaseError } from './failure.ts'

const MAX_RETRIES = 3

/** Plans of named statements are made once and for all; with the parameters' values they would be made at each tick. */
export const SESSION_SETTINGS = `set role ai_assistant_system; set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off`

/** Where a session's statements run. */
export interface SessionConnection {
  /** Runs `work` on a connection that has the session's settings. Rejects with `DatabaseUnavailable` if there is none. */
  use<T>(work: (client: ClientBase) => Promise<T>): Promise<T>
  /** Gives up the connection of the last `use`: it is lost. */
  drop(): void
  close(): Promise<void>
}

/** One statement after another, each committed by itself, in the order of the calls. */
export function createSession(connection: SessionConnection, deadlineMs: number): Session {
  let tail: Promise<unknown> = Promise.resolve()
  let closed = false

  async function attempt(query: QueryConfig) {
    if (closed) throw new DatabaseUnavailable('The session is closed')
    return connection.use(async (client) => {
      try {
        const { rows, rowCount } = await ask(client, query, deadlineMs)
        return { rows, rowCount: rowCount ?? 0 }
      } catch (error) {
        throw failureOf(error, connection)
      }
    })
  }

  async function run(query: QueryConfig, retries = 0): Promise<{ rows: unknown[]; rowCount: number }> {
    try {
      return await attempt(query)
    } catch (error) {
      if (!isRetryable(error) || retries === MAX_RETRIES) throw error
      return run(query, retries + 1)
    }
  }

  return {
    query: <R>({ name, text, values }: { name?: string; text: string; values: readonly unknown[] }) => {
      const query: QueryConfig = { text, values: [...values] }
      if (name !== undefined) query.name = name
      const answer = tail.then(() => run(query))
      tail = answer.catch(() => undefined)
      return answer as Promise<{ rows: R[]; rowCount: number }>
    },
    close: async () => {
      closed = true
      await tail
      await connection.close()
    },
  }
}

function failureOf(error: unknown, connection: SessionConnection): unknown {
  if (!isConnectionLoss(error)) return toDatabaseError(error)
  connection.drop()
  const told = toDatabaseError(error)
  // A server that takes no writes has said so: nothing was written. Everyone else may have committed before going away.
  const refused = typeof error === 'object' && error !== null && 'code' in error && error.code === '25006'
  return refused ? told : new CommitUnknown('The connection was lost while a statement was under way', { cause: error })
}
