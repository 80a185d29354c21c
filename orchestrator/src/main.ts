import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type App, createApp } from './app.ts'
import { stopOnSignals } from './app/stop-on-signals.ts'
import { ConfigError } from './config/config-error.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load-config.ts'
import { readDotenv } from './config/read-dotenv.ts'
import { secretValues } from './config/secret-values.ts'
import { armFailpoint } from './lib/failpoint.ts'
import { openDatabase } from './storage/open-database.ts'
import { migrate } from './storage/migrate.ts'
import type { ErrorReporter } from './telemetry/error-reporter.ts'
import { createLog, type Log } from './telemetry/log.ts'
import { withoutSecrets } from './telemetry/without-secrets.ts'

const root = resolve(import.meta.dirname, '../..')
const env = readDotenv(root)

/**
 * Connections that may wait to be let in; the system may allow fewer. A busy server lets one in with each turn of its loop, and
 * after a release thousands of readers come back at once: one that finds no room knocks again after a second, then three.
 */
const BACKLOG = 4096

await main().catch((error: unknown) => {
  // One line that says what to do; the stack is for those who ask for it.
  process.stderr.write(`${explain(error)}\n`)
  // What was opened before the fault, a pool or a timer, must not keep a server alive that does not serve.
  process.exit(1)
})

async function main(): Promise<void> {
  const { config, notices } = loadConfig(env, { version: readVersion(), cwd: root, terminal: process.stdout.isTTY })
  const secrets = secretValues(config)
  const reporter = await openReporter(config, secrets)
  const log = await createLog({ ...config.log, secrets, ...(reporter && { report: reporter.report }) })
  endOnUncaught(log, reporter)
  for (const notice of notices) log.warn(notice)
  const stopping = stopOnSignals(log)
  if (env.FAILPOINT && config.environment !== 'production') armFailpoint(env.FAILPOINT)
  const database = await openDatabase(config.database, { log })
  await migrate(database, { log })
  const app = await createApp({ config, database, log, env })
  stopping.from(async (patienceMs) => {
    await app.close(patienceMs)
    await database.close()
  })
  try {
    const port = await listen(app, config)
    log.info({ port, version: config.version }, 'The orchestrator is ready')
    await announce(app, config, port)
    void tellFindings(app, config, log)
  } catch (error) {
    // A server that is taken apart while it begins to listen cannot go on, and need not.
    if (!stopping.begun()) throw error
  }
}

/** Loaded only where there is somebody to report to. */
async function openReporter(config: Config, secrets: readonly string[]): Promise<ErrorReporter | null> {
  const { sentryDsn: dsn, version: release, environment } = config
  if (dsn === null) return null
  const { ErrorReporter } = await import('./telemetry/error-reporter.ts')
  return new ErrorReporter({ dsn, release, environment, clean: (text) => withoutSecrets(text, secrets) })
}

/** What nobody caught ends this process, as ever: but with a line in the log, and a report. Others take its answers over. */
function endOnUncaught(log: Log, reporter: ErrorReporter | null): void {
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'The server ends: nobody caught this error')
    void Promise.resolve(reporter?.close()).finally(() => process.exit(1))
  })
}

async function listen(app: App, config: Config): Promise<number> {
  await app.server.listen({ host: config.http.host, port: config.http.port, backlog: BACKLOG })
  const address = app.server.addresses()[0]
  return typeof address === 'object' ? address.port : config.http.port
}

/** Tells whoever started this process that it is ready, with a code for the owner while there is none. */
async function announce(app: App, config: Config, port: number): Promise<void> {
  if (!process.send) return
  const mayGiveCode = config.environment !== 'production'
  const ownerCode = mayGiveCode && !(await app.codes.hasOwner()) ? await app.codes.forOwner() : null
  process.send({ type: 'ready', port, ownerCode })
  process.on('message', (message: unknown) => {
    if (!mayGiveCode) return
    if (isFailpoint(message)) armFailpoint(message.failpoint)
    if (!isCodeRequest(message)) return
    app.codes.forOwner().then(
      (code) => process.send?.({ type: 'owner-code', code }),
      (error: unknown) => process.stderr.write(`${explain(error)}\n`),
    )
  })
}

/** What a look at the system finds at its start. What is usual where one tries and develops is no warning there. */
async function tellFindings(app: App, config: Config, log: Log): Promise<void> {
  const serving = config.environment === 'production' || config.environment === 'staging'
  try {
    for (const { check, level, found, advice } of await app.examine()) {
      if (level === 'fault' || (level === 'warning' && serving)) log.warn({ check, advice }, `${check}: ${found}`)
    }
  } catch (error) {
    log.warn({ err: error }, 'The system could not be looked over; npm run doctor tells more')
  }
}

function isCodeRequest(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'owner-code?'
}

/** A fault test arms its failpoint in a server that runs. */
function isFailpoint(message: unknown): message is { failpoint: string } {
  return (
    typeof message === 'object' && message !== null && 'failpoint' in message && typeof message.failpoint === 'string'
  )
}

function readVersion(): string {
  const file = resolve(import.meta.dirname, '../package.json')
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0'
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}. Stop the program that uses this port, or set ORCHESTRATOR_PORT to a free one.`
  }
  return env['DEBUG'] === 'true' ? (error.stack ?? error.message) : error.message
}
