import type { Attributes, SpanOptions } from './tracer.ts'

export interface FinishedSpan {
  traceId: string
  spanId: string
  parentSpanId: string | null
  name: string
  kind: SpanOptions['kind']
  /** Milliseconds since 1970, with fractions. */
  startMs: number
  endMs: number
  attributes: Attributes
  events: { name: string; atMs: number; attributes: Attributes }[]
  /** Why it failed; null where it did not. */
  failure: string | null
}

const kinds = { internal: 1, server: 2, client: 3 } as const
const STATUS_ERROR = 2

/** One request of OTLP's JSON encoding. */
export function toOtlp(
  spans: readonly FinishedSpan[],
  resource: Attributes,
  scope: { name: string; version: string },
): unknown {
  return {
    resourceSpans: [
      {
        resource: { attributes: toAttributes(resource) },
        scopeSpans: [{ scope, spans: spans.map(toSpan) }],
      },
    ],
  }
}

function toSpan(span: FinishedSpan): unknown {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: toNanos(span.startMs),
    endTimeUnixNano: toNanos(span.endMs),
    attributes: toAttributes(span.attributes),
    events: span.events.map(({ name, atMs, attributes }) => ({
      name,
      timeUnixNano: toNanos(atMs),
      attributes: toAttributes(attributes),
    })),
    status: span.failure === null ? {} : { code: STATUS_ERROR, message: span.failure },
  }
}

/** Whole microseconds stay exact in a number; nanoseconds would not. */
function toNanos(ms: number): string {
  return `${Math.round(ms * 1000)}000`
}

function toAttributes(attributes: Attributes): unknown[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: toValue(value) }],
  )
}

function toValue(value: string | number | boolean | readonly string[]): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } }
}
