import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type App, createApp } from './app.ts'
import { ConfigError } from './config/config-error.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load-config.ts'
import { readDotenv } from './config/read-dotenv.ts'
import { secretValues } from './config/secret-values.ts'
import { armFailpoint } from './lib/failpoint.ts'
import type { OpenedDatabase } from './storage/pooled-database.ts'
import { openDatabase } from './storage/open-database.ts'
import { migrate } from './storage/migrate.ts'
import { createLog, type Log } from './telemetry/log.ts'

/** How long running answers may go on after SIGTERM before they are handed over. */
const DRAIN_MS = 20_000

/** On Ctrl-C a person waits; the answers go on when the server is started again. */
const INTERRUPT_MS = 0

const root = resolve(import.meta.dirname, '../..')
const env = readDotenv(root)

await main().catch((error: unknown) => {
  // One line that says what to do; the stack is for those who ask for it.
  process.stderr.write(`${explain(error)}\n`)
  // What was opened before the fault, a pool or a timer, must not keep a server alive that does not serve.
  process.exit(1)
})

async function main(): Promise<void> {
  const { config, notices } = loadConfig(env, { version: readVersion(), cwd: root, terminal: process.stdout.isTTY })
  const log = await createLog({ ...config.log, secrets: secretValues(config) })
  for (const notice of notices) log.warn(notice)
  if (env.FAILPOINT && config.environment !== 'production') armFailpoint(env.FAILPOINT)
  const database = await openDatabase(config.database, { log })
  await migrate(database, { log })
  const app = await createApp({ config, database, log, env })
  const port = await listen(app, config)
  log.info({ port, version: config.version }, 'The orchestrator is ready')
  await announce(app, config, port)
  void tellFindings(app, config, log)
  stopOnSignals(app, database, log)
}

async function listen(app: App, config: Config): Promise<number> {
  await app.server.listen({ host: config.http.host, port: config.http.port })
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
    if (!mayGiveCode || !isCodeRequest(message)) return
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

/** SIGTERM drains; SIGINT, or losing the parent, hands over at once; a second signal exits on the spot. */
function stopOnSignals(app: App, database: OpenedDatabase, log: Log): void {
  let stopping = false
  const stop = (why: string, patienceMs: number): void => {
    if (stopping) process.exit(130)
    stopping = true
    log.info({ why }, 'Stopping')
    app
      .close(patienceMs)
      .then(() => database.close())
      .catch((error: unknown) => {
        log.error({ err: error }, 'The server did not stop cleanly')
        process.exitCode = 1
      })
      .finally(() => {
        if (process.channel) process.disconnect()
      })
  }
  process.on('SIGTERM', () => stop('SIGTERM', DRAIN_MS))
  process.on('SIGINT', () => stop('SIGINT', INTERRUPT_MS))
  process.once('disconnect', () => {
    if (!stopping) stop('the parent process is gone', INTERRUPT_MS)
  })
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
