import { randomBytes, randomUUID } from 'node:crypto'
import { SpanExporter, type ExporterOptions } from './span-exporter.ts'
import type { FinishedSpan } from './to-otlp.ts'
import type { TraceContext } from './trace-context.ts'
import { type Attributes, type Span, type SpanOptions, silentSpan, type Tracer } from './tracer.ts'
import type { Sampler, TracingSettings } from './tracing-settings.ts'

export interface TracerOptions extends Pick<ExporterOptions, 'log' | 'observe'> {
  settings: TracingSettings
  /** The process's own name, unless the settings have one. */
  service: string
  version: string
  environment: string
}

/** Records spans and sends them over OTLP. Loaded only where there is an address to send them to. */
export function openTracer(options: TracerOptions): Tracer {
  const { settings, service, version, environment, log, observe } = options
  const exporter = new SpanExporter({
    url: settings.url,
    headers: settings.headers,
    resource: {
      'service.namespace': 'ai-assistant',
      'service.name': settings.serviceName ?? service,
      'service.version': version,
      'service.instance.id': randomUUID(),
      'deployment.environment.name': environment,
      ...settings.attributes,
    },
    scope: { name: `ai-assistant/${service}`, version },
    log,
    ...(observe ? { observe } : {}),
  })
  return {
    start: (name, span) => startSpan(name, span, settings.sampler, exporter),
    close: () => exporter.close(),
  }
}

function startSpan(name: string, options: SpanOptions, sampler: Sampler, exporter: SpanExporter): Span {
  const { parent } = options
  const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
  const sampled = parent !== null && !parent.remote ? parent.sampled : decide(traceId, parent, sampler)
  const context: TraceContext = { traceId, spanId: randomBytes(8).toString('hex'), sampled, remote: false }
  return sampled ? new RecordingSpan(name, context, options, exporter) : silentSpan(context)
}

/**
 * A caller's "not recorded" is no decision: a page cannot know whether its servers record, and a server that decided
 * against a trace did so by its id, as this one will.
 */
function decide(traceId: string, parent: TraceContext | null, { ratio, followsCaller }: Sampler): boolean {
  if (followsCaller && parent?.sampled === true) return true
  // The last 56 bits are random whoever made the id.
  return Number.parseInt(traceId.slice(-14), 16) / 2 ** 56 < ratio
}

/** Enough for any span of ours; a loop that says more is cut off. */
const MAX_EVENTS = 64

class RecordingSpan implements Span {
  readonly recording = true
  readonly context: TraceContext
  readonly #span: FinishedSpan
  readonly #exporter: SpanExporter
  #ended = false

  constructor(name: string, context: TraceContext, options: SpanOptions, exporter: SpanExporter) {
    this.context = context
    this.#exporter = exporter
    this.#span = {
      traceId: context.traceId,
      spanId: context.spanId,
      parentSpanId: options.parent?.spanId ?? null,
      name,
      kind: options.kind,
      startMs: nowMs(),
      endMs: 0,
      attributes: { ...options.attributes },
      events: [],
      failure: null,
    }
  }

  set(attributes: Attributes): void {
    Object.assign(this.#span.attributes, attributes)
  }

  event(name: string, attributes: Attributes = {}): void {
    if (this.#span.events.length < MAX_EVENTS) this.#span.events.push({ name, atMs: nowMs(), attributes })
  }

  fail(type: string, message = ''): void {
    this.#span.failure = message
    this.set({ 'error.type': type })
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#span.endMs = nowMs()
    this.#exporter.add(this.#span)
  }
}

/** Since 1970, with microseconds. */
function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
