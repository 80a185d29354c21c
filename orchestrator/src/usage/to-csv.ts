import type { UsagePeriod } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'
import { csvCell } from './csv-cell.ts'
import { DAY, TOTALS, WHERE } from './summarize.ts'

const HEAD =
  'day,person_id,person,kind,name,calls,input_tokens,cached_tokens,output_tokens,reasoning_tokens,cost,currency,calls_without_price,price_versions'

interface Row {
  day: string
  id: string
  person: string | null
  kind: string
  name: string
  calls: number
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  cost: number
  unpriced: number
  /** Of the price lists that were counted with: a figure can be explained after prices have changed. */
  versions: string | null
}

/** RFC 4180, with lines for each day, person, and model or tool. */
export async function toCsv(tx: Tx, { from, to }: UsagePeriod, currency: string): Promise<string> {
  const rows = await tx.sql<Row>(ROWS, [from, to])
  const lines = rows.map((row) =>
    [
      row.day,
      row.id,
      row.person ?? '',
      row.kind,
      row.name,
      row.calls,
      row.inputTokens,
      row.cachedTokens,
      row.outputTokens,
      row.reasoningTokens,
      (Number(row.cost) / 1e9).toFixed(6),
      currency,
      row.kind === 'model' ? row.unpriced : 0,
      row.versions ?? '',
    ]
      .map(csvCell)
      .join(','),
  )
  return [HEAD, ...lines, ''].join('\r\n')
}

const ROWS = `
  select ${DAY} as day, u.owner_id as id, max(p.name) as person, kind, u.name, ${TOTALS},
    string_agg(distinct u.price_version, ' ') as versions
  from usage_entry u left join app_user p on p.id = u.owner_id ${WHERE}
  group by 1, 2, 4, 5 order by 1, 3, 4, 5`
