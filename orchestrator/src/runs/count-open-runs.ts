import type { Database } from '../storage/database.ts'

/** Answers that have not ended, at whatever worker. */
export async function countOpenRuns(database: Database): Promise<{ running: number; waiting: number }> {
  const rows = await database.asSystem((tx) =>
    tx.sql<{ state: 'running' | 'waiting'; count: number }>(
      `select state, count(*)::int as count from run where state in ('running', 'waiting') group by state`,
      [],
      'count_open_runs',
    ),
  )
  const count = (state: string): number => rows.find((row) => row.state === state)?.count ?? 0
  return { running: count('running'), waiting: count('waiting') }
}
