/** Where traces go, and which. */
export interface TracingSettings {
  /** The address that takes OTLP over HTTP, `/v1/traces` included. */
  url: string
  headers: Record<string, string>
  serviceName: string | null
  /** Of the resource: `deployment.environment.name=production`, for one. */
  attributes: Record<string, string>
  sampler: Sampler
}

export interface Sampler {
  /** The share of traces that is recorded, decided by the trace's id: every server comes to the same decision. */
  ratio: number
  /** A caller that records its trace is followed, whatever the ratio. */
  followsCaller: boolean
}

export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

/** What the environment says of tracing, each value checked before. */
export interface TracingValues {
  endpoint: string | null
  headers: string | null
  jaegerHost: string | null
  jaegerPort: number | null
  serviceName: string | null
  attributes: string | null
  sampler: (typeof samplerNames)[number]
  ratio: number
}

/** Null: tracing is off. */
export function tracingSettings(values: TracingValues): TracingSettings | null {
  const base = values.endpoint ?? (values.jaegerHost && jaegerAddress(values.jaegerHost, values.jaegerPort))
  if (!base) return null
  const { sampler } = values
  return {
    url: `${base.replace(/\/+$/, '')}/v1/traces`,
    headers: parsePairs(values.headers),
    serviceName: values.serviceName,
    attributes: parsePairs(values.attributes),
    sampler: {
      ratio: sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : values.ratio,
      followsCaller: sampler.startsWith('parentbased_'),
    },
  }
}

/** Jaeger's agent is gone; its collector takes OTLP on 4318 at the same host. */
function jaegerAddress(host: string, port: number | null): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port === null || port === 6831 ? 4318 : port}`
}

/** `name=value,name=value`, values percent-encoded. */
export function parsePairs(text: string | null): Record<string, string> {
  const pairs = (text ?? '').split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    return at > 0 && name !== '' ? [[name, decode(pair.slice(at + 1).trim())] as const] : []
  })
  return Object.fromEntries(pairs)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
