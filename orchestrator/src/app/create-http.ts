import type { Ready } from '@ai-assistant/contract'
import type { Tracer } from '@ai-assistant/telemetry/tracer'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { readBackups } from '../backup/read-backups.ts'
import { createConversations } from '../conversations/conversations.ts'
import { createMessages } from '../conversations/messages.ts'
import type { Finding } from '../health/finding.ts'
import type { Authenticate } from '../http/admit.ts'
import { createAuthenticate } from '../http/authenticate.ts'
import { createApiKeyRoutes } from '../http/routes/api-keys.ts'
import { createAuditRoutes } from '../http/routes/audit.ts'
import { createChatRoutes } from '../http/routes/chat.ts'
import { createConversationRoutes } from '../http/routes/conversations.ts'
import { createHealthRoutes } from '../http/routes/health.ts'
import { createModelRoutes } from '../http/routes/models.ts'
import { createOpenAiRoutes } from '../http/routes/openai.ts'
import { createRunRoutes } from '../http/routes/runs.ts'
import { createToolRoutes } from '../http/routes/tools.ts'
import { createUsageRoutes } from '../http/routes/usage.ts'
import type { Handlers } from '../http/route.ts'
import { createStandingWatch } from '../http/standing-watch.ts'
import { createServer, type HttpServer } from '../http/server.ts'
import { createSessionCookie, type SessionCookie } from '../http/session-cookie.ts'
import type { Journal } from '../journal/journal.ts'
import type { ModelChoice } from '../models/open-model-choice.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { Doorbell } from '../doorbell/doorbell.ts'
import type { Database } from '../storage/database.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ManagedToolSet } from '../tools/create-tool-set.ts'
import { createToolConsents } from '../tools/tool-consents.ts'
import type { Ledger } from '../usage/ledger.ts'
import { bearerRoles } from '../users/bearer-roles.ts'
import { createLimits } from './create-limits.ts'
import type { PeopleRooms } from './open-people.ts'
import { createPeopleHandlers } from './people-routes.ts'

/** Rung when somebody's standing has changed, where runs are rung by their ids. */
const PEOPLE_BELL = 'people'

interface Door {
  cookie: SessionCookie
  authenticate: Authenticate
  changed: () => void
}

interface HttpParts {
  config: Config
  database: Database
  log: Logger
  people: PeopleRooms
  doorbell: Doorbell
  journal: Journal
  runs: RunManager
  redis: RedisLink | null
  model: ModelChoice
  tools: ManagedToolSet
  ledger: Ledger
  metrics: Metrics
  tracer: Tracer
  ready: () => Promise<Ready>
  examine: () => Promise<Finding[]>
  draining: () => boolean
}

/** The door, with a handler for every route of the contract. */
export function createHttp(parts: HttpParts): HttpServer {
  const { config, database, redis, doorbell, people, log, metrics, tracer, draining } = parts
  const cookie = createSessionCookie(config.http.publicUrl)
  const authenticate = createAuthenticate({ ...people, cookie })
  const standing = createStandingWatch({
    roles: (ids) => people.sessions.roles(ids),
    bearerRoles: (ids) => bearerRoles(database, ids),
    log,
  })
  doorbell.listen(PEOPLE_BELL, () => {
    people.bearers.forget()
    standing.look()
  })
  const changed = (): void => {
    people.bearers.forget()
    doorbell.ring({ runId: PEOPLE_BELL, seq: 0 })
  }
  return createServer({
    handlers: createHandlers(parts, { cookie, authenticate, changed }),
    authenticate,
    standing,
    limits: createLimits(config, database, redis),
    log,
    metrics,
    tracer,
    metricsToken: config.http.metricsToken,
    origins: { publicUrl: config.http.publicUrl, allowed: config.http.allowedOrigins },
    trustedProxies: config.http.trustedProxies,
    maxBodyBytes: config.http.uploadMaxBytes,
    draining,
  })
}

function createHandlers(parts: HttpParts, door: Door): Handlers {
  const { config, database, log, people, journal, runs, model, tools, metrics, ready, examine } = parts
  const { appName, version } = config
  const { readers } = journal
  const conversations = createConversations(database)
  return {
    ...createHealthRoutes({
      metrics: config.prometheusEnabled ? metrics : null,
      ready,
      examine,
      backups: () => readBackups(database, config),
      appName,
      version,
      environment: config.environment,
    }),
    ...createPeopleHandlers({ config, database, people, runs, metrics, log, ...door }),
    ...createApiKeyRoutes({ ...people, ...door }),
    ...createConversationRoutes({
      conversations,
      messages: createMessages(database),
      dropRun: (id) => runs.drop(id),
    }),
    ...createChatRoutes({ runs, conversations, readers }),
    ...createOpenAiRoutes({ runs, readers, view: () => model.view(), since: new Date() }),
    ...createRunRoutes({ database, runs, readers }),
    ...createModelRoutes({ view: () => model.view(), test: () => model.test() }),
    ...createToolRoutes({ tools, consents: createToolConsents(database) }),
    ...createUsageRoutes(parts.ledger, database),
    ...createAuditRoutes(database),
  }
}
