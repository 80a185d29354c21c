/** Writes one event as one line of JSON. `fields` must hold no secrets, arguments or answers. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: Record<string, unknown>) => void

/** Logs to stderr in both modes: on stdio, stdout belongs to the protocol. */
export function createLog(write: (line: string) => void, now: () => Date): Log {
  return (level, event, fields = {}) => {
    write(`${JSON.stringify({ time: now().toISOString(), level, service: 'mcp-example', event, ...plain(fields) })}\n`)
  }
}

function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  )
}
