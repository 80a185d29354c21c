import { silentTracer, type Tracer } from '@ai-assistant/telemetry/tracer'
import type { FastifyBaseLogger } from 'fastify'
import type { ServerConfig } from './config.ts'

/** The tracer, loaded only where there is a collector. */
export async function startTracing(config: ServerConfig, version: string, log: FastifyBaseLogger): Promise<Tracer> {
  const { tracing: settings, environment } = config
  if (settings === null) return silentTracer
  const { openTracer } = await import('@ai-assistant/telemetry/open-tracer')
  return openTracer({ settings, service: 'frontend', version, environment, log })
}
