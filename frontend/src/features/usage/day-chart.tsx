import type { UsageSummary } from '@ai-assistant/contract'
import { money } from '../../lib/money.ts'
import { daysOf, type Period } from './last-days.ts'

interface DayChartProps {
  days: UsageSummary['days']
  period: Period
  currency: string
}

const HEIGHT = 120

/** A bar a day: its cost, or its tokens where nothing has a price. The same figures are a table for who cannot see it. */
export function DayChart({ days, period, currency }: DayChartProps) {
  const priced = days.some(({ cost }) => cost > 0)
  const byDay = new Map(days.map((day) => [day.day, day]))
  const bars = daysOf(period).map((day) => {
    const found = byDay.get(day)
    const tokens = (found?.inputTokens ?? 0) + (found?.outputTokens ?? 0)
    return {
      day,
      size: priced ? (found?.cost ?? 0) : tokens,
      words: priced ? money(found?.cost ?? 0, currency) : `${tokens.toLocaleString('en')} tokens`,
    }
  })
  const most = Math.max(...bars.map(({ size }) => size))
  const top = bars.find(({ size }) => size === most)
  return (
    <figure className="mb-2 rounded-2xl border border-line bg-card p-4">
      <figcaption className="mb-3 flex justify-between text-xs text-ink-3">
        <span>{priced ? 'Cost by day' : 'Tokens by day'}</span>
        <span className="tabular-nums">at most {top?.words}</span>
      </figcaption>
      <svg aria-hidden viewBox={`0 0 ${bars.length * 10} ${HEIGHT}`} preserveAspectRatio="none" className="h-32 w-full">
        {bars.map(({ day, size, words }, at) => {
          const height = most === 0 || size === 0 ? 1 : Math.max(3, (size / most) * HEIGHT)
          return (
            <rect
              key={day}
              x={at * 10 + 1}
              y={HEIGHT - height}
              width={8}
              height={height}
              className={size === 0 ? 'fill-line' : 'fill-accent'}
            >
              <title>{`${day}: ${words}`}</title>
            </rect>
          )
        })}
      </svg>
      <div aria-hidden className="mt-1.5 flex justify-between text-xs text-ink-3 tabular-nums">
        <span>{period.from}</span>
        <span>{period.to}</span>
      </div>
      <table className="sr-only">
        <caption>{priced ? 'Cost by day' : 'Tokens by day'}</caption>
        <tbody>
          {bars
            .filter(({ size }) => size > 0)
            .map(({ day, words }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td>{words}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </figure>
  )
}
