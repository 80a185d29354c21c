import type { Database } from '../storage/database.ts'
import { sealAudit } from './seal-audit.ts'

/** How long an entry may stay unsealed. */
const EVERY_MS = 5_000

/** Seals the audit log from now on; every replica may. What the last one leaves unsealed waits for the next. */
export function keepSealing(
  database: Database,
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void },
): NodeJS.Timeout {
  let sealing = false
  const seal = async (): Promise<void> => {
    if (sealing) return
    sealing = true
    try {
      const head = await sealAudit(database)
      // In the log, which is collected elsewhere, the end of the chain is out of reach of whoever holds the database.
      if (head !== null) log.info({ audit: head }, 'The audit log is sealed')
    } catch (error) {
      log.warn({ err: error }, 'The audit log was not sealed; it is tried again')
    } finally {
      sealing = false
    }
  }
  return setInterval(() => void seal(), EVERY_MS)
}
