import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Person, Ready } from '@ai-assistant/contract'
import type { Logger } from 'pino'
import type { Config } from './config/config.ts'
import { createConversations } from './conversations/conversations.ts'
import { createMessages } from './conversations/messages.ts'
import { openDoorbell } from './doorbell/open-doorbell.ts'
import { createReadyCheck } from './health/check-ready.ts'
import { prepareClosing } from './http/close-server.ts'
import { createChatRoutes } from './http/routes/chat.ts'
import { createConversationRoutes } from './http/routes/conversations.ts'
import { createHealthRoutes } from './http/routes/health.ts'
import { createModelRoutes } from './http/routes/models.ts'
import { createRunRoutes } from './http/routes/runs.ts'
import { createSessionRoutes } from './http/routes/session.ts'
import { createToolRoutes } from './http/routes/tools.ts'
import { createServer, type HttpServer } from './http/server.ts'
import { createSessionCookie } from './http/session-cookie.ts'
import { type Journal, openJournal } from './journal/journal.ts'
import { newId } from './lib/new-id.ts'
import { openConnections } from './mcp/connections.ts'
import { type ServerSpec, specsOfUrls } from './mcp/server-spec.ts'
import { parseServersFile } from './mcp/servers-file.ts'
import { type ModelChoice, openModelChoice } from './models/open-model-choice.ts'
import { estimateTokens } from './models/estimate-tokens.ts'
import { openRedis } from './redis/open-redis.ts'
import { forgetKeys } from './runs/forget-keys.ts'
import { loadPrompt } from './runs/load-prompt.ts'
import { observeRuns } from './runs/observe-runs.ts'
import { readItems } from './runs/resume-run.ts'
import type { RunDeps } from './runs/run-context.ts'
import { RunManager } from './runs/run-manager.ts'
import { openSecrets } from './secrets/open-secrets.ts'
import type { Database } from './storage/database.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'
import { createStoredPins } from './tools/stored-pins.ts'
import { createToolSet, type ManagedToolSet } from './tools/create-tool-set.ts'
import { forgetExpired } from './users/forget-expired.ts'
import { createSessions, type Sessions } from './users/sessions.ts'
import { createSignInCodes, type SignInCodes } from './users/sign-in-codes.ts'

/** The whole orchestrator, built and not yet listening. */
export interface App {
  server: HttpServer
  codes: SignInCodes
  /** Takes the house apart in reverse: hands answers over, moves readers, and drains what is open. */
  close(patienceMs: number): Promise<void>
}

export interface AppOptions {
  config: Config
  database: Database
  log: Logger
  /** The environment that the operator's tool server file may name. */
  env: Record<string, string | undefined>
}

/** Puts the house together, floor by floor. Whatever is opened here is closed by `close`, in reverse. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, database, log } = options
  const state = { draining: false }
  const redis = openRedis(config.redis, { log })
  const doorbell = openDoorbell(redis)
  const late: { runs?: RunManager; journal?: Journal } = {}
  const metrics = createMetrics({
    runs: () => late.runs?.size ?? 0,
    readers: () => late.journal?.readers.size ?? 0,
    pool: () => database.stats(),
  })
  const journal = openJournal({ database, doorbell, log, observe: (commit) => observeCommit(metrics, commit) })
  const connections = openConnections(await toolServers(options), { version: config.version })
  const model = await openModelChoice(config.model, { log })
  const tools = await createToolSet({
    connections,
    pins: createStoredPins(database),
    onError: (error) => log.warn(error),
  })
  const limits = config.rateLimit.enabled ? config.rateLimit : null
  const deps = createRunDeps({ config, database, log, metrics, model, tools })
  const runs = await RunManager.open({ database, journal, doorbell, deps, limits, workerName: workerNameOf(config) })
  Object.assign(late, { runs, journal })
  const people = await openPeople(options)
  const ready = createReadyCheck({ database, log, draining: () => state.draining })
  const server = createHttp({
    options,
    people,
    journal,
    runs,
    model,
    tools,
    metrics,
    ready,
    draining: () => state.draining,
  })
  const closeServer = prepareClosing(server)
  server.addHook('onListen', async () => runs.begin())
  const maintenance = keepHouse(database, log)

  return {
    server,
    codes: people.codes,
    close: async (patienceMs) => {
      state.draining = true
      clearInterval(maintenance)
      await runs.close(patienceMs)
      journal.readers.moveAll()
      await closeServer()
      await journal.close()
      tools.close()
      await connections.close()
      await model.close()
      await doorbell.close()
      await redis?.close()
    },
  }
}

/** A server started again on the same host and port is the same worker; on a port the system chooses, it is a new one. */
function workerNameOf(config: Config): string {
  return `${hostname()}:${config.http.port === 0 ? newId() : config.http.port}`
}

interface People {
  codes: SignInCodes
  sessions: Sessions
}

async function openPeople({ config, database }: AppOptions): Promise<People> {
  const { secretKey, secretKeyPrevious: previous } = config.secrets
  const secrets = await openSecrets({ secretKey, previous, dataDir: config.dataDir })
  return {
    codes: createSignInCodes({ database, secrets, newId, ownerEmail: config.people.ownerEmail }),
    sessions: createSessions(database, secrets),
  }
}

async function toolServers({ config, env }: AppOptions): Promise<ServerSpec[]> {
  const { urls, serviceToken, serversFile } = config.mcp
  const fromFile = serversFile === null ? [] : parseServersFile(await readFile(serversFile, 'utf8'), env)
  return [...specsOfUrls(urls, serviceToken), ...fromFile]
}

function createRunDeps(parts: {
  config: Config
  database: Database
  log: Logger
  metrics: Metrics
  model: ModelChoice
  tools: ManagedToolSet
}): RunDeps {
  const { config, database, log, metrics, model, tools } = parts
  const sources = { database, tools, appName: config.appName, now: () => new Date() }
  return {
    model: () => model.current(),
    tools,
    prompt: (context, current) => loadPrompt(sources, context, current),
    loadItems: (runId) => database.asSystem((tx) => readItems(tx, runId)),
    estimate: estimateTokens,
    newId,
    clock: () => performance.now(),
    log,
    observe: observeRuns(metrics),
  }
}

function createHttp(parts: {
  options: AppOptions
  people: People
  journal: Journal
  runs: RunManager
  model: ModelChoice
  tools: ManagedToolSet
  metrics: Metrics
  ready: () => Promise<Ready>
  draining: () => boolean
}): HttpServer {
  const { options, people, journal, runs, model, tools, metrics, ready, draining } = parts
  const { config, database, log } = options
  const { appName, version } = config
  const { readers } = journal
  const cookie = createSessionCookie(config.http.publicUrl)
  const conversations = createConversations(database)
  const authenticate = async (cookies: string | undefined): Promise<Person | null> => {
    const id = cookie.read(cookies)
    return id === null ? null : people.sessions.find(id)
  }
  return createServer({
    handlers: {
      ...createHealthRoutes({ metrics, ready, appName, version }),
      ...createSessionRoutes({ ...people, cookie, appName, version }),
      ...createConversationRoutes({
        conversations,
        messages: createMessages(database),
        dropRun: (id) => runs.drop(id),
      }),
      ...createChatRoutes({ runs, conversations, readers }),
      ...createRunRoutes({ database, runs, readers }),
      ...createModelRoutes({ view: () => model.view(), test: () => model.test() }),
      ...createToolRoutes({ view: () => tools.view(), accept: (name) => tools.acceptTool(name) }),
    },
    authenticate,
    log,
    metrics,
    metricsToken: config.http.metricsToken,
    allowedOrigins: [config.http.publicUrl, ...config.http.allowedOrigins],
    trustedProxies: config.http.trustedProxies,
    maxBodyBytes: config.http.uploadMaxBytes,
    draining,
  })
}

function observeCommit(metrics: Metrics, commit: { seconds: number; rows: number }): void {
  metrics.commitSeconds.observe(commit.seconds)
  metrics.commitRows.observe(commit.rows)
}

/** Days an ended answer's events and the keys of requests are kept; messages are kept for good. */
const KEPT_DAYS = 7

/** Keeps the journal's partitions ahead of time, and drops what is old; any replica may do it, again and again. */
function keepHouse(database: Database, log: Logger): NodeJS.Timeout {
  const chores: Record<string, () => Promise<unknown>> = {
    journal: () => database.asSystem((tx) => tx.sql('select maintain_run_event($1)', [KEPT_DAYS])),
    keys: () => forgetKeys(database, KEPT_DAYS),
    sessions: () => forgetExpired(database),
  }
  const keep = async (): Promise<void> => {
    for (const [chore, run] of Object.entries(chores)) {
      await run().catch((error: unknown) => log.warn({ err: error, chore }, 'A chore was not done; it is tried again'))
    }
  }
  void keep()
  return setInterval(() => void keep(), 3600_000)
}
