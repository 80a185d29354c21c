import { accountRoutes } from './routes/account.ts'
import { apiKeysRoutes } from './routes/api-keys.ts'
import { auditRoutes } from './routes/audit.ts'
import { chatRoutes } from './routes/chat.ts'
import { conversationsRoutes } from './routes/conversations.ts'
import { healthRoutes } from './routes/health.ts'
import { modelsRoutes } from './routes/models.ts'
import { oauthRoutes } from './routes/oauth.ts'
import { openAiRoutes } from './routes/openai.ts'
import { peopleRoutes } from './routes/people.ts'
import { runsRoutes } from './routes/runs.ts'
import { sessionRoutes } from './routes/session.ts'
import { toolsRoutes } from './routes/tools.ts'
import { usageRoutes } from './routes/usage.ts'
import type { Route } from './routes/route.ts'

export type { Route, RouteAuth, RouteLimit, RouteOwner, RouteScope } from './routes/route.ts'

/** Every route of the orchestrator. A handler exists for each, and a handler without an entry here does not build. */
export const routes = {
  ...healthRoutes,
  ...sessionRoutes,
  ...apiKeysRoutes,
  ...oauthRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...conversationsRoutes,
  ...chatRoutes,
  ...runsRoutes,
  ...openAiRoutes,
  ...modelsRoutes,
  ...toolsRoutes,
  ...usageRoutes,
  ...auditRoutes,
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes
