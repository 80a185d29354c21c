import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import type { Config } from '../config/config.ts'

export type Log = Logger

/**
 * The process's log: JSON, one line an event; on a developer's terminal, lines for people. Fields that are named like
 * secrets are blanked, and so is every configured secret wherever it turns up in a line.
 *
 * @param destination where lines go instead of standard output
 */
export async function createLog(config: Config, destination?: DestinationStream): Promise<Log> {
  const secrets = secretValues(config)
  const options: LoggerOptions = {
    level: config.log.level,
    base: { service: 'orchestrator' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: blank },
    hooks: { streamWrite: (line) => withoutSecrets(line, secrets) },
  }
  if (destination) return pino(options, destination)
  if (!config.log.pretty) return pino(options)
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

function secretValues(config: Config): string[] {
  const { secrets, model, mcp, http, database, redis } = config
  const values = [
    ...Object.values(secrets),
    model.apiKey,
    mcp.serviceToken,
    http.metricsToken,
    ...(database.kind === 'postgres' ? [database.url, passwordIn(database.url)] : []),
    ...(redis.kind === 'redis' ? [redis.password, passwordIn(redis.url)] : []),
  ]
  // Shorter ones would blank ordinary words.
  return values.filter((value) => value !== null).filter((value) => value.length >= 8)
}

function passwordIn(url: string): string | null {
  return URL.parse(url)?.password || null
}

function withoutSecrets(line: string, secrets: string[]): string {
  let clean = line
  for (const secret of secrets) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, blank)
  }
  return clean
}
