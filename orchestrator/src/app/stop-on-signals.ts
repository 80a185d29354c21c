import type { Log } from '../telemetry/log.ts'

/** How long running answers may go on after SIGTERM before they are handed over. */
const DRAIN_MS = 20_000

/** On Ctrl-C a person waits; the answers go on when the server is started again. */
const INTERRUPT_MS = 0

export interface Stopping {
  /** Whether a signal has come. */
  begun(): boolean
  /** From now on a signal takes the house apart; until then nothing was promised to anybody, and it ends the process. */
  from(close: (patienceMs: number) => Promise<void>): void
}

/**
 * SIGTERM drains; SIGINT, or losing the parent, hands over at once; a second signal exits on the spot. A server that is
 * still starting ends at once and in order: what it was migrating is rolled back by the database, for the next one to do.
 */
export function stopOnSignals(log: Log): Stopping {
  let begun = false
  let close: ((patienceMs: number) => Promise<void>) | null = null
  const stop = (why: string, patienceMs: number): void => {
    if (begun) process.exit(130)
    begun = true
    log.info({ why }, close === null ? 'Stopping before this server was ready' : 'Stopping')
    if (close === null) process.exit(0)
    close(patienceMs)
      .catch((error: unknown) => {
        log.error({ err: error }, 'The server did not stop cleanly')
        process.exitCode = 1
      })
      .finally(() => {
        if (process.channel) process.disconnect()
      })
  }
  process.on('SIGTERM', () => stop('SIGTERM', DRAIN_MS))
  process.on('SIGINT', () => stop('SIGINT', INTERRUPT_MS))
  process.once('disconnect', () => {
    if (!begun) stop('the parent process is gone', INTERRUPT_MS)
  })
  return {
    begun: () => begun,
    from: (closeAll) => {
      close = closeAll
    },
  }
}
