import pg from 'pg'

/** Runs statements on a connection of their own, past every proxy. Rejects where the server is away. */
export async function askDatabase<R extends Record<string, unknown>>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  return withDatabase(url, async (client) => (await client.query<R>(text, values)).rows)
}

/** A connection for `work` alone. */
export async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'lab' })
  // The server may be killed under it; the statement's own rejection says so.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
