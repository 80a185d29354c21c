import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'

export type Log = Logger

export interface LogSettings {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  /** Lines for people instead of JSON. */
  pretty: boolean
  /** Values that are blanked wherever they turn up. */
  secrets: readonly string[]
}

/**
 * The process's log: JSON, one line an event; on a developer's terminal, lines for people. Fields that are named like
 * secrets are blanked, and so is every configured secret wherever it turns up in a line.
 *
 * @param destination where lines go instead of standard output
 */
export async function createLog(settings: LogSettings, destination?: DestinationStream): Promise<Log> {
  const options: LoggerOptions = {
    level: settings.level,
    base: { service: 'orchestrator' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: blank },
    hooks: { streamWrite: (line) => withoutSecrets(line, settings.secrets) },
  }
  if (destination) return pino(options, destination)
  if (!settings.pretty) return pino(options)
  const { build } = await import('pino-pretty')
  return pino(options, build({ ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss.l', sync: true }))
}

const blank = '[secret]'

const secretFields = [
  'authorization',
  'Authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'token',
  'secret',
  'apiKey',
  'secretKey',
  'serviceToken',
]

function withoutSecrets(line: string, secrets: readonly string[]): string {
  let clean = line
  for (const secret of secrets) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, blank)
  }
  return clean
}
