import type { Database } from '../storage/database.ts'

interface OwnRun {
  id: string
  cancelled: boolean
}

/** The running answers that name this worker. */
export async function readOwnRuns(database: Database, workerId: string): Promise<OwnRun[]> {
  return database.asSystem((tx) =>
    tx.sql<OwnRun>(
      `select id, cancel_requested_at is not null as cancelled from run where worker_id = $1 and state = 'running'`,
      [workerId],
      'read_own_runs',
    ),
  )
}
