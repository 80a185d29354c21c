import type { Logger } from 'pino'
import { createHttp } from './app/create-http.ts'
import { createRunDeps } from './app/create-run-deps.ts'
import { keepHouse } from './app/keep-house.ts'
import { openDoorOf } from './app/open-door-of.ts'
import { openPeople } from './app/open-people.ts'
import { startTracing } from './app/start-tracing.ts'
import { toolServers } from './app/tool-servers.ts'
import { watchState } from './app/watch-state.ts'
import { workerName } from './app/worker-name.ts'
import { readBackupState } from './backup/backup-runs.ts'
import type { Config } from './config/config.ts'
import { openDoorbell } from './doorbell/open-doorbell.ts'
import { createReadyCheck } from './health/check-ready.ts'
import { createExamination } from './health/examine-running.ts'
import type { Finding } from './health/finding.ts'
import { prepareClosing } from './http/close-server.ts'
import type { HttpServer } from './http/server.ts'
import { openJournal } from './journal/journal.ts'
import { openConnections } from './mcp/connections.ts'
import { openModelChoice } from './models/open-model-choice.ts'
import { openRedis } from './redis/open-redis.ts'
import { RunManager } from './runs/run-manager.ts'
import type { OpenedDatabase } from './storage/pooled-database.ts'
import { gaugeBackups } from './telemetry/gauge-backups.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'
import { createStoredPins } from './tools/stored-pins.ts'
import { createToolSet } from './tools/create-tool-set.ts'
import { createLedger } from './usage/ledger.ts'
import { openPrices } from './usage/prices.ts'
import type { SignInCodes } from './users/sign-in-codes.ts'

/** The whole orchestrator, built and not yet listening. */
export interface App {
  server: HttpServer
  codes: SignInCodes
  /** Looks the running system over. */
  examine(): Promise<Finding[]>
  /** Takes the house apart in reverse: hands answers over, moves readers, and drains what is open. */
  close(patienceMs: number): Promise<void>
}

export interface AppOptions {
  config: Config
  database: OpenedDatabase
  log: Logger
  /** The environment that the operator's tool server file may name. */
  env: Record<string, string | undefined>
}

/** Puts the house together, floor by floor. Whatever is opened here is closed by `close`, in reverse. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, database, log } = options
  const state = { draining: false }
  const draining = (): boolean => state.draining
  const prices = await openPrices(config.usage.pricesFile)
  const redis = await openRedis(config.redis, { log })
  const doorbell = openDoorbell(redis)
  const metrics = createMetrics()
  const tracer = await startTracing(config, log, metrics)
  const journal = openJournal({ database, doorbell, log, observe: (commit) => observeCommit(metrics, commit) })
  const connections = openConnections(await toolServers(options), { version: config.version })
  const model = await openModelChoice(config.model, { log })
  const onToolError = (error: unknown): void => log.warn(error)
  const tools = await createToolSet({ connections, pins: createStoredPins(database), onError: onToolError })
  const limits = config.rateLimit.enabled ? config.rateLimit : null
  const deps = createRunDeps({ config, database, log, metrics, tracer, model, tools, prices })
  const runs = await RunManager.open({ database, journal, doorbell, deps, limits, workerName: workerName(config.http) })
  watchState(metrics, { config, database, doorbell, journal, runs, model, tools })
  gaugeBackups(metrics.registry, () => readBackupState(database))
  const door = await openDoorOf(database, config)
  const people = await openPeople({ ...options, metrics })
  const ready = createReadyCheck({ database, log, draining })
  const examine = createExamination({ config, database, redis, connections })
  const ledger = createLedger(database, prices)
  const house = { config, database, log, redis, journal, runs, model, tools, ledger, metrics, tracer }
  const server = createHttp({ ...house, doorbell, people, ready, examine, draining })
  const closeServer = prepareClosing(server)
  server.addHook('onListen', async () => runs.begin())
  const stopChores = keepHouse(database, log, metrics)

  return {
    server,
    codes: people.codes,
    examine,
    close: async (patienceMs) => {
      state.draining = true
      stopChores()
      await runs.close(patienceMs)
      journal.readers.moveAll()
      await closeServer()
      await door?.close()
      await journal.close()
      tools.close()
      await connections.close()
      await model.close()
      await people.close()
      await doorbell.close()
      await redis?.close()
      await tracer.close()
    },
  }
}

function observeCommit(metrics: Metrics, commit: { seconds: number; rows: number }): void {
  metrics.commitSeconds.observe(commit.seconds)
  metrics.commitRows.observe(commit.rows)
}
