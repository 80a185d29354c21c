/** Writes one event as one line of JSON. `fields` must hold no secrets, arguments or answers. */
export type Log = (level: Level, event: string, fields?: Record<string, unknown>) => void

type Level = 'info' | 'warn' | 'error'

const order: Level[] = ['info', 'warn', 'error']

/** Logs to stderr in both modes: on stdio, stdout belongs to the protocol. What is less than `least` (as in LOG_LEVEL) is not written. */
export function createLog(write: (line: string) => void, now: () => Date, least = 'info'): Log {
  const from = rankOf(least.toLowerCase())
  return (level, event, fields = {}) => {
    if (order.indexOf(level) < from) return
    write(`${JSON.stringify({ time: now().toISOString(), level, service: 'mcp-example', event, ...plain(fields) })}\n`)
  }
}

/** Python's names count too; what is finer than we are, or unknown, means all. */
function rankOf(level: string): number {
  if (level === 'fatal' || level === 'critical') return order.length
  return Math.max(0, order.indexOf(level === 'warning' ? 'warn' : (order.find((one) => one === level) ?? 'info')))
}

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  )
}
