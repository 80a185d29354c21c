import type { ChatRequest } from './chat-request.ts'

/** What became of one request, as the upstream saw it. Times are milliseconds since the epoch. */
export interface LedgerEntry {
  id: string
  model: string
  /** The bearer token came along. The token itself is not kept. */
  authorized: boolean
  startedAt: number
  firstTokenAt: number | null
  endedAt: number | null
  status: number
  promptTokens: number
  /** Produced, sent or not: what a provider would bill. */
  completionTokens: number
  /** The caller went away before the end. */
  aborted: boolean
  /** How it ended: `complete`, a failure's name from the model's name, or `null` while it runs. */
  outcome: string | null
  /** The text to be continued, where one was given. */
  prefix: string | null
  toolsOffered: string[]
  /** The caller's port: equal where a connection was used again. */
  connection: number
  /** The trace it was asked in. */
  traceparent: string | null
  request: ChatRequest
}

/** Every request in the order it came. Bodies of all but the newest thousand are dropped. */
export function createLedger(): {
  entries: LedgerEntry[]
  add: (entry: LedgerEntry) => LedgerEntry
  requestsTo: (model: string) => LedgerEntry[]
} {
  const entries: LedgerEntry[] = []
  return {
    entries,
    add(entry) {
      entries.push(entry)
      const old = entries.at(-1001)
      if (old) old.request = { model: old.model, messages: [] }
      return entry
    },
    requestsTo: (model) => entries.filter((entry) => entry.model === model),
  }
}

export type Ledger = ReturnType<typeof createLedger>
