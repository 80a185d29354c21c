import type { ClientBase, QueryConfig, QueryResult } from 'pg'
import { NoAnswer } from './failure.ts'

/**
 * Sends one statement. Rejects with `NoAnswer` after `deadlineMs` (0: never): a server that was frozen, or a network that
 * swallows packets, otherwise holds its callers until TCP gives up a quarter of an hour later. The connection is lost then.
 */
export async function ask(client: ClientBase, query: string | QueryConfig, deadlineMs: number): Promise<QueryResult> {
  if (deadlineMs === 0) return client.query(query)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${deadlineMs} ms`)), deadlineMs)
  })
  try {
    return await Promise.race([client.query(query), deadline])
  } finally {
    clearTimeout(timer)
  }
}
