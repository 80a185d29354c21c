import type { Ready } from '@ai-assistant/contract'
import type { Logger } from 'pino'
import type { Database } from '../storage/database.ts'

/**
 * Whether this server can serve. Anyone may ask, so all who ask at once share one look at the database, and the reason
 * why it does not answer, which may name hosts and roles, goes to the log alone.
 */
export function createReadyCheck(options: {
  database: Database
  log: Logger
  draining: () => boolean
}): () => Promise<Ready> {
  let looking: Promise<boolean> | null = null
  const look = async (): Promise<boolean> => {
    try {
      await options.database.check()
      return true
    } catch (error) {
      options.log.warn({ err: error }, 'This server is not ready: its database does not answer')
      return false
    } finally {
      looking = null
    }
  }
  return async () => {
    looking ??= look()
    const answers = await looking
    const draining = options.draining()
    return {
      status: answers && !draining ? 'ready' : 'not-ready',
      checks: {
        database: answers
          ? { ok: true }
          : { ok: false, detail: 'It does not answer, or takes no writes; the log says why' },
        serving: draining ? { ok: false, detail: 'This server is stopping' } : { ok: true },
      },
    }
  }
}
