import type { TraceContext } from './trace-context.ts'

/** Begins spans. Nothing here waits, throws, or fails because a collector does. */
export interface Tracer {
  /** Begins a span below `parent`; without one, a trace of its own. */
  start(name: string, options: SpanOptions): Span
  /** Sends what is still waiting, for a few seconds at most. */
  close(): Promise<void>
}

export interface SpanOptions {
  kind: 'internal' | 'server' | 'client'
  parent: TraceContext | null
  attributes?: Attributes
}

export interface Span {
  /** To be handed on; null outside of any trace. */
  readonly context: TraceContext | null
  /** Whether anybody will see it: what is costly to say need not be said otherwise. */
  readonly recording: boolean
  set(attributes: Attributes): void
  event(name: string, attributes?: Attributes): void
  /** What it was for did not succeed. `type` is one of a few words, `message` a sentence. */
  fail(type: string, message?: string): void
  /** What is said afterwards is not heard. */
  end(): void
}

/** Absent values are left out. */
export type Attributes = Record<string, string | number | boolean | readonly string[] | null | undefined>

/** Tracing is off: contexts pass through, so that logs and the next server know the caller's trace. */
export const silentTracer: Tracer = {
  start: (_, { parent }) => silentSpan(parent),
  close: () => Promise.resolve(),
}

export function silentSpan(context: TraceContext | null): Span {
  return { context, recording: false, set: nothing, event: nothing, fail: nothing, end: nothing }
}

function nothing(): void {}
