import { silentTracer, type Tracer } from '@ai-assistant/telemetry/tracer'
import about from '../package.json' with { type: 'json' }
import type { Config } from './config.ts'
import type { Log } from './log.ts'

/** The tracer, loaded only where there is a collector. */
export async function startTracing({ tracing, environment }: Config, log: Log): Promise<Tracer> {
  if (tracing === null) return silentTracer
  const { openTracer } = await import('@ai-assistant/telemetry/open-tracer')
  return openTracer({
    settings: tracing,
    service: 'mcp-example',
    version: about.version,
    environment,
    log: {
      info: (fields, reason) => log('info', 'traces_delivered', { reason, ...fields }),
      warn: (fields, reason) => log('warn', 'traces_dropped', { reason, ...fields }),
    },
  })
}
