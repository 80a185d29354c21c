import type { Ready } from '@ai-assistant/contract'
import type { Metrics } from '../../telemetry/metrics.ts'
import { createOpenApi } from '../open-api.ts'
import type { Handlers } from '../route.ts'

export function createHealthRoutes(services: {
  metrics: Metrics
  ready: () => Promise<Ready>
  appName: string
  version: string
}): Pick<Handlers, 'health' | 'ready' | 'metrics' | 'openapi'> {
  const { metrics, ready, appName, version } = services
  const document = createOpenApi({ title: appName, version })
  return {
    health: () => Promise.resolve({ status: 'ok', version }),
    ready: async ({ reply }) => {
      const answer = await ready()
      if (answer.status !== 'ready') reply.code(503)
      return answer
    },
    metrics: async ({ reply }) => {
      reply.type(metrics.registry.contentType)
      return metrics.registry.metrics()
    },
    openapi: () => Promise.resolve(document),
  }
}
