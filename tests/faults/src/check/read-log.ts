/** What a server has to say of a fault of its own: never of a dependency that is away, and never expected. */
export function complaintsIn(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const entry = readLine(line)
    if (entry === null || (entry.level !== 'error' && entry.level !== 'fatal')) return []
    if (awaited.has(entry.msg)) return []
    const stack = entry.err?.stack?.split('\n').slice(1, 8).join('\n') ?? ''
    return [`a server complained: ${entry.msg}: ${entry.err?.message ?? ''}\n${stack}`.trimEnd()]
  })
}

/** The titles of the refusals that faults of dependencies lead to (503, 507). */
const awaited = new Set(['Not available at the moment', 'This server is stopping', 'The database has no space left'])

interface LogLine {
  level: string
  msg: string
  err?: { message?: string; stack?: string }
}

/** Null where the line is none of the log's: the last words of a server that could not start, for one. */
function readLine(line: string): LogLine | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return null
  }
}
