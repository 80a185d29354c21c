import type { Database } from '../storage/database.ts'

const FRESH_MS = 10_000

/** How many replicas there are, as their leases say. Asked for behind whoever wants to know, and only while somebody does. */
export function watchReplicas(database: Database): () => number {
  let replicas = 1
  let askedAt = Number.NEGATIVE_INFINITY
  const ask = async (): Promise<void> => {
    const rows = await database.asSystem((tx) =>
      tx.sql<{ count: number }>('select count(*)::int as count from worker where lease_until > now()'),
    )
    replicas = Math.max(1, rows[0]?.count ?? 1)
  }
  return () => {
    if (performance.now() - askedAt > FRESH_MS) {
      askedAt = performance.now()
      // While the database is away nothing else works either; the last figure will do.
      ask().catch(() => undefined)
    }
    return replicas
  }
}
