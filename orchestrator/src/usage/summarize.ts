import type { UsagePeriod, UsageSummary } from '@ai-assistant/contract'
import type { Tx } from '../storage/database.ts'

type Totals = UsageSummary['total']

/** People told of by name; the rest is in the totals and in the CSV. */
const MOST_PEOPLE = 100

/** Tokens and cost of a period, grouped in each of the ways a person asks for. */
export async function summarize(tx: Tx, { from, to }: UsagePeriod, currency: string): Promise<UsageSummary> {
  const grouped = <Row extends object>(select: string, group: string, tail = ''): Promise<Row[]> =>
    tx.sql<Row>(`select ${select}, ${TOTALS} from usage_entry u ${WHERE} and kind = 'model' ${group} ${tail}`, [
      from,
      to,
    ])
  const [total] = await grouped<Totals>(`'all' as all`, '')
  const days = await grouped<{ day: string } & Totals>(`${DAY} as day`, 'group by 1', 'order by 1')
  const models = await grouped<{ name: string } & Totals>('name', 'group by 1', `order by cost desc, calls desc`)
  const people = await tx.sql<{ id: string; name: string | null } & Totals>(PEOPLE, [from, to, MOST_PEOPLE])
  const tools = await tx.sql<UsageSummary['tools'][number]>(TOOLS, [from, to])
  return {
    currency,
    from,
    to,
    total: toTotals(total),
    days: days.map((row) => ({ day: row.day, ...toTotals(row) })),
    models: models.map((row) => ({ name: row.name, ...toTotals(row) })),
    people: people.map((row) => ({ id: row.id, name: row.name, ...toTotals(row) })),
    tools: tools.map((row) => ({
      name: row.name,
      calls: Number(row.calls),
      contextBytes: Number(row.contextBytes),
      durationMs: Number(row.durationMs),
      cost: Number(row.cost) / 1e9,
    })),
  }
}

/** Days are UTC's, so that every administrator sees the same. */
export const DAY = `to_char(u.created_at at time zone 'UTC', 'YYYY-MM-DD')`

export const WHERE = `where u.created_at >= $1::date::timestamp at time zone 'UTC'
  and u.created_at < ($2::date + 1)::timestamp at time zone 'UTC'`

export const TOTALS = `count(*)::float8 as calls, coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(cached_tokens), 0)::float8 as "cachedTokens", coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  coalesce(sum(reasoning_tokens), 0)::float8 as "reasoningTokens", coalesce(sum(cost_nanos), 0)::float8 as cost,
  count(*) filter (where cost_nanos is null and input_tokens + output_tokens > 0)::float8 as unpriced`

const PEOPLE = `
  select u.owner_id as id, max(p.name) as name, ${TOTALS}
  from usage_entry u left join app_user p on p.id = u.owner_id ${WHERE} and kind = 'model'
  group by 1 order by cost desc, calls desc limit $3`

/** A tool's cost is its part of the prompts after it, within its answer. */
const TOOLS = `
  with tool as (
    select u.* from usage_entry u ${WHERE} and u.kind = 'tool'
  ), caused as (
    select tool.id, sum(m.input_cost_nanos * least(1, tool.context_tokens::float8 / m.context_tokens)) as cost
    from tool join usage_entry m on m.run_id = tool.run_id and m.kind = 'model' and m.context_tokens > 0
      and (m.created_at, m.id) > (tool.created_at, tool.id)
    group by 1
  )
  select name, count(*)::float8 as calls, sum(context_bytes)::float8 as "contextBytes",
    sum(duration_ms)::float8 as "durationMs", coalesce(sum(caused.cost), 0)::float8 as cost
  from tool left join caused using (id) group by 1 order by cost desc, calls desc limit 200`

function toTotals(row: Totals | undefined): Totals {
  return {
    calls: Number(row?.calls ?? 0),
    inputTokens: Number(row?.inputTokens ?? 0),
    cachedTokens: Number(row?.cachedTokens ?? 0),
    outputTokens: Number(row?.outputTokens ?? 0),
    reasoningTokens: Number(row?.reasoningTokens ?? 0),
    cost: Number(row?.cost ?? 0) / 1e9,
    unpriced: Number(row?.unpriced ?? 0),
  }
}
