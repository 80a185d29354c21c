import type { UsageSummary } from '@ai-assistant/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PageProblem, PageWaits } from '../../components/ui/page.tsx'
import { request } from '../../lib/api.ts'
import { keys } from '../../lib/keys.ts'
import { money } from '../../lib/money.ts'
import { DayChart } from './day-chart.tsx'
import { lastDays, type Period } from './last-days.ts'
import { UsageTable } from './usage-table.tsx'

const ranges = [7, 30, 90]

/** Tokens and cost of everybody, by day, model, person and tool. */
export function UsagePage() {
  const [{ days, period }, show] = useState(() => chosen(30))
  const usage = useQuery({
    queryKey: keys.usage(period.from, period.to),
    queryFn: ({ signal }) => request<UsageSummary>('GET', `/api/usage?${query(period)}`, { signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <fieldset className="flex gap-1.5">
          <legend className="sr-only">Period</legend>
          {ranges.map((range) => (
            <label
              key={range}
              className="cursor-pointer rounded-full border border-line px-3.5 py-1.5 text-sm text-ink-2 focus-within:border-accent has-checked:border-line-strong has-checked:bg-hover has-checked:font-medium has-checked:text-ink"
            >
              <input
                type="radio"
                name="range"
                className="sr-only"
                checked={days === range}
                onChange={() => show(chosen(range))}
              />
              {range} days
            </label>
          ))}
        </fieldset>
        <a
          href={`/api/usage.csv?${query(period)}`}
          download
          className="text-sm text-accent underline underline-offset-4"
        >
          Download as CSV
        </a>
      </div>
      {usage.isPending && <PageWaits label="Adding up" />}
      {usage.isError && usage.data === undefined && (
        <PageProblem error={usage.error} onRetry={() => void usage.refetch()} />
      )}
      {usage.data && <Summary usage={usage.data} period={period} />}
    </>
  )
}

/** The days up to the moment of choosing. */
function chosen(days: number): { days: number; period: Period } {
  return { days, period: lastDays(days, new Date()) }
}

function query({ from, to }: Period): string {
  return `from=${from}&to=${to}`
}

function Summary({ usage, period }: { usage: UsageSummary; period: Period }) {
  const { total, currency } = usage
  if (total.calls === 0) return <p className="text-ink-2">No model was called in these days.</p>
  const figures = [
    ['Cost', money(total.cost, currency)],
    ['Model calls', count(total.calls)],
    ['Tokens read', count(total.inputTokens)],
    ['Tokens written', count(total.outputTokens)],
  ]
  return (
    <>
      <dl className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-2xl border border-line bg-card px-4 py-3">
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd className="mt-0.5 text-lg font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {total.unpriced > 0 && (
        <p className="mb-5 text-sm text-warn">
          {count(total.unpriced)} calls went to models without a known price: their cost is not in the sums. An operator
          names prices in <code className="font-mono">MODEL_PRICES_FILE</code>.
        </p>
      )}
      <DayChart days={usage.days} period={period} currency={currency} />
      <UsageTable title="Models" rows={usage.models.map((row) => ({ key: row.name, ...row }))} currency={currency} />
      <UsageTable
        title="People"
        rows={usage.people.map((row) => ({ ...row, key: row.id, name: row.name ?? 'A former account' }))}
        currency={currency}
      />
      {usage.tools.length > 0 && <Tools usage={usage} />}
    </>
  )
}

function Tools({ usage }: { usage: UsageSummary }) {
  return (
    <section className="mt-7" aria-label="Tools">
      <h2 className="mb-2 text-base font-semibold">Tools</h2>
      <p className="mb-2 text-sm text-ink-3">The cost of a tool is what its output cost in the prompts after it.</p>
      <div className="overflow-x-auto rounded-2xl border border-line bg-card">
        <table className="w-full text-sm tabular-nums">
          <thead className="text-left text-ink-3">
            <tr>
              <th className="px-4 py-2 font-normal">Name</th>
              <th className="px-4 py-2 text-right font-normal">Calls</th>
              <th className="px-4 py-2 text-right font-normal">Output</th>
              <th className="px-4 py-2 text-right font-normal">Cost</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {usage.tools.map(({ name, calls, contextBytes, cost }) => (
              <tr key={name}>
                <td className="px-4 py-2 break-all">{name}</td>
                <td className="px-4 py-2 text-right">{count(calls)}</td>
                <td className="px-4 py-2 text-right whitespace-nowrap">{Math.ceil(contextBytes / 1000)} kB</td>
                <td className="px-4 py-2 text-right">{money(cost, usage.currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function count(number: number): string {
  return number.toLocaleString('en')
}
