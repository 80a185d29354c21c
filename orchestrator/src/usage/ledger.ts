import type { AnswerCost, UsagePeriod, UsageSummary } from '@ai-assistant/contract'
import type { Database } from '../storage/database.ts'
import { answerCost, type LedgerRow } from './answer-cost.ts'
import { summarize } from './summarize.ts'
import { toCsv } from './to-csv.ts'

/** Reads what calls have used and cost. Runs write it, each row in the transaction that closes its item. */
export interface Ledger {
  /** Null where the person has no such answer. */
  answerCost(personId: string, conversationId: string, messageId: string): Promise<AnswerCost | null>
  /** Of everybody: for administrators. */
  summary(period: UsagePeriod): Promise<UsageSummary>
  /** A line a day, person, model or tool; for administrators. */
  csv(period: UsagePeriod): Promise<string>
}

export function createLedger(database: Database, { currency }: { currency: string }): Ledger {
  return {
    answerCost: async (personId, conversationId, messageId) => {
      const rows = await database.asPerson(personId, async (tx) => {
        const found = await tx.sql(ANSWER, [messageId, conversationId, personId])
        return found.length === 0 ? null : tx.sql<LedgerRow>(ROWS_OF_ANSWER, [messageId, personId])
      })
      return rows && answerCost(rows.map(withNumbers), currency)
    },
    summary: (period) => database.asSystem((tx) => summarize(tx, period, currency)),
    csv: (period) => database.asSystem((tx) => toCsv(tx, period, currency)),
  }
}

const ANSWER = `
  select 1 from message where id = $1 and conversation_id = $2 and owner_id = $3 and role = 'assistant'`

const ROWS_OF_ANSWER = `
  select kind, name, input_tokens as "inputTokens", cached_tokens as "cachedTokens", output_tokens as "outputTokens",
    reasoning_tokens as "reasoningTokens", cost_nanos::float8 as "costNanos", input_cost_nanos::float8 as "inputCostNanos",
    price_version as "priceVersion", context_tokens as "contextTokens", context_bytes as "contextBytes",
    duration_ms as "durationMs", estimated, charged
  from usage_entry
  where owner_id = $2 and run_id = any(select id from run where message_id = $1 and owner_id = $2)
  order by created_at, id`

/** Whatever a driver makes of a float, it is one. */
function withNumbers(row: LedgerRow): LedgerRow {
  const number = (value: number | null): number | null => (value === null ? null : Number(value))
  return { ...row, costNanos: number(row.costNanos), inputCostNanos: number(row.inputCostNanos) }
}
