import type { BackupsView, Finding, Ready } from '@ai-assistant/contract'
import type { Metrics } from '../../telemetry/metrics.ts'
import { createOpenApi } from '../open-api.ts'
import { HttpProblem } from '../problem.ts'
import type { Handlers } from '../route.ts'

export function createHealthRoutes(services: {
  /** null: they are not offered. */
  metrics: Metrics | null
  ready: () => Promise<Ready>
  examine: () => Promise<Finding[]>
  backups: () => Promise<BackupsView>
  appName: string
  version: string
  environment: string
}): Pick<Handlers, 'health' | 'ready' | 'metrics' | 'openapi' | 'getSystem' | 'getBackups'> {
  const { metrics, ready, examine, backups, appName, version, environment } = services
  const document = createOpenApi({ title: appName, version })
  return {
    health: () => Promise.resolve({ status: 'ok', version }),
    ready: async ({ reply }) => {
      const answer = await ready()
      if (answer.status !== 'ready') reply.code(503)
      return answer
    },
    metrics: async ({ reply }) => {
      if (metrics === null) throw new HttpProblem('not_found', 'PROMETHEUS_ENABLED is off.')
      reply.type(metrics.registry.contentType)
      return metrics.registry.metrics()
    },
    openapi: () => Promise.resolve(document),
    getSystem: async () => ({ version, environment, findings: await examine() }),
    getBackups: () => backups(),
  }
}
