import { silentTracer, type Tracer } from '@ai-assistant/telemetry/tracer'
import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** The tracer, loaded only where there is a collector. */
export async function startTracing(config: Config, log: Logger, metrics: Metrics): Promise<Tracer> {
  const { tracing: settings, version, environment } = config
  if (settings === null) return silentTracer
  const { openTracer } = await import('@ai-assistant/telemetry/open-tracer')
  const observe = (outcome: string, spans: number): void => metrics.spans.inc({ outcome }, spans)
  return openTracer({ settings, service: 'orchestrator', version, environment, log, observe })
}
