import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A line a server wrote: one of its log where it is JSON, otherwise as it is. */
export interface LogLine {
  level: Level | null
  text: string
  /** The message alone. */
  message: string
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

type Level = (typeof levels)[number]

const notShown = new Set(['level', 'time', 'service', 'msg', 'event', 'pid', 'hostname', 'err', 'error'])

export function readLogLines(stream: Readable, hear: (line: LogLine) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    if (line.trim() !== '') hear(toLogLine(line))
  })
}

/** Whether people should see it without asking for more. */
export function matters({ level }: LogLine): boolean {
  return level === null || levels.indexOf(level) >= levels.indexOf('warn')
}

function toLogLine(line: string): LogLine {
  const fields = parseObject(line)
  const level = levels.find((name) => name === fields?.['level'])
  if (!fields || !level) return { level: null, text: line, message: line }
  const message = [fields['msg'], fields['event']].find((value) => typeof value === 'string') ?? ''
  const rest = Object.entries(fields)
    .filter(([name]) => !notShown.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const text = [level, message, causeOf(fields['err'] ?? fields['error']), ...rest].filter(Boolean).join('  ')
  return { level, text, message }
}

function causeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return typeof error === 'string' ? error : ''
}

function parseObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}
