import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const PATIENCE_MS = 30_000

/**
 * Stops every answer that is still being written and waits until none is: a reader that leaves ends nothing here, so what
 * one measurement leaves behind would work beside the next, and be taken over by a server that is started anew.
 */
export async function settle(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const deadline = performance.now() + PATIENCE_MS
    while (performance.now() < deadline) {
      await client.query(STOP)
      const { rows } = await client.query(`select from run where state = 'running' limit 1`)
      if (rows.length === 0) return
      await sleep(250)
    }
    throw new Error('Answers were still being written long after they were stopped')
  } finally {
    await client.end()
  }
}

/** Those whose words are being stored at this moment are stopped at the next look: waiting for them could end in a deadlock. */
const STOP = `
  update run set cancel_requested_at = now()
  where id in (
    select id from run where state = 'running' and cancel_requested_at is null for update skip locked
  )`
