import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import { blankFields } from './blank-fields.ts'
import { errorFields } from './error-fields.ts'
import type { ErrorReport } from './error-reporter.ts'
import { withoutSecrets } from './without-secrets.ts'

export type Log = Logger

export interface LogSettings {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  /** Lines for people instead of JSON. */
  pretty: boolean
  /** Values that are blanked wherever they turn up. */
  secrets: readonly string[]
  /** Told of every line at level `error` or above. */
  report?: (report: ErrorReport) => void
}

/**
 * The process's log: JSON, one line an event; on a developer's terminal, lines for people. Fields that are named like
 * secrets are blanked, and so is every configured secret wherever it turns up in a line. What people ask and models
 * answer is never handed to it.
 *
 * @param destination where lines go instead of standard output
 */
export async function createLog(settings: LogSettings, destination?: DestinationStream): Promise<Log> {
  const { report } = settings
  const options: LoggerOptions = {
    level: settings.level,
    base: { service: 'orchestrator' },
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
    // Not pino's own redaction: it takes twelve times as long as the rest of the line.
    formatters: { level: (label) => ({ level: label }), log: (fields) => blankFields(fields) },
    hooks: {
      streamWrite: (line) => withoutSecrets(line, settings.secrets),
      ...(report && {
        logMethod(args, method, level) {
          if (level >= ERROR) report(toReport(args, level, this.bindings()))
          method.apply(this, args)
        },
      }),
    },
  }
  if (destination) return blankChildren(pino(options, destination))
  if (!settings.pretty) return blankChildren(pino(options, standardOutput()))
  const { build } = await import('pino-pretty')
  return blankChildren(
    pino(options, build({ ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss.l', sync: true })),
  )
}

/** What a logger of its own is made with passes by no formatter; those made of it inherit this. */
function blankChildren(log: Log): Log {
  const pinoLogger = Object.getPrototypeOf(log) as Log
  log.child = function blanked(this: Log, bindings, options) {
    return pinoLogger.child.call(this, blankFields(bindings), options)
  } as Log['child']
  return log
}

/** Lines wait so long for others, in milliseconds: a busy server would spend as much on writing each as on its streams. */
const GATHER_MS = 10

function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true })
  let lines = ''
  const flush = (): void => {
    if (lines !== '') output.write(lines)
    lines = ''
  }
  process.once('exit', flush)
  return {
    write: (line) => {
      if (lines === '') setTimeout(flush, GATHER_MS)
      lines += line
    },
  }
}

const ERROR = 50
const FATAL = 60

/** Fields that name what a line is about; none of them holds what people wrote. */
const idFields = ['request', 'run', 'trace', 'worker'] as const

function toReport(args: readonly unknown[], level: number, bindings: Record<string, unknown>): ErrorReport {
  const [first, second] = args
  const fields: Record<string, unknown> =
    typeof first === 'object' && first !== null ? { ...bindings, ...first } : bindings
  const tags = idFields.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]] as const] : []))
  return {
    level: level >= FATAL ? 'fatal' : 'error',
    message: [first, second].find((part) => typeof part === 'string') ?? '',
    error: fields['err'],
    tags: Object.fromEntries(tags),
  }
}
