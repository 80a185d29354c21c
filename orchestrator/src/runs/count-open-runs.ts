import type { Database } from '../storage/database.ts'

export interface OpenRuns {
  running: number
  waiting: number
  /** Of those that run: the ones whose worker is gone, until another takes them over. */
  lost: number
}

/** Answers that have not ended, at whatever worker. */
export async function countOpenRuns(database: Database): Promise<OpenRuns> {
  const rows = await database.asSystem((tx) => tx.sql<OpenRuns>(COUNT, [], 'count_open_runs'))
  return rows[0] ?? { running: 0, waiting: 0, lost: 0 }
}

const COUNT = `
  select
    count(*) filter (where run.state = 'running')::int as running,
    count(*) filter (where run.state = 'waiting')::int as waiting,
    count(*) filter (
      where run.state = 'running' and (worker.id is null or worker.lease_until < clock_timestamp())
    )::int as lost
  from run left join worker on worker.id = run.worker_id
  where run.state in ('running', 'waiting')`
