/** Where in which trace something happens, as the W3C's `traceparent` says it. */
export interface TraceContext {
  /** 32 and 16 hexadecimal digits. */
  traceId: string
  spanId: string
  sampled: boolean
  /** Another process said so: whether this one records is still to be decided. */
  remote: boolean
}

/** Reads a `traceparent`; null where there is none that can be one. Later versions are read as far as they are known. */
export function parseTraceparent(header: unknown): TraceContext | null {
  if (typeof header !== 'string') return null
  const found = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?=$|-)/.exec(header)
  const [, traceId = '', spanId = '', flags = ''] = found ?? []
  if (found === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  if (header.startsWith('00') && header.length !== 55) return null
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1, remote: true }
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}
