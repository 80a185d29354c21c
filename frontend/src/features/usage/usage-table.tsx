import { money } from '../../lib/money.ts'

interface Row {
  key: string
  name: string
  calls: number
  inputTokens: number
  outputTokens: number
  cost: number
  unpriced: number
}

/** Tokens and cost of each model or person, the most expensive first. */
export function UsageTable({ title, rows, currency }: { title: string; rows: Row[]; currency: string }) {
  const numbers = 'px-4 py-2 text-right'
  return (
    <section className="mt-7" aria-label={title}>
      <h2 className="mb-2 text-base font-semibold">{title}</h2>
      <div className="overflow-x-auto rounded-2xl border border-line bg-card">
        <table className="w-full text-sm tabular-nums">
          <thead className="text-left text-ink-3">
            <tr>
              <th className="px-4 py-2 font-normal">Name</th>
              <th className={`${numbers} font-normal`}>Calls</th>
              <th className={`${numbers} font-normal`}>Read</th>
              <th className={`${numbers} font-normal`}>Written</th>
              <th className={`${numbers} font-normal`}>Cost</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-t border-line">
            {rows.map((row) => (
              <tr key={row.key}>
                <td className="px-4 py-2 break-words">{row.name}</td>
                <td className={numbers}>{row.calls.toLocaleString('en')}</td>
                <td className={numbers}>{row.inputTokens.toLocaleString('en')}</td>
                <td className={numbers}>{row.outputTokens.toLocaleString('en')}</td>
                <td className={numbers}>{row.unpriced === row.calls ? 'no price' : money(row.cost, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
