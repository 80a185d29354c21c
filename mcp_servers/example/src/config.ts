import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { samplerNames, type TracingSettings, tracingSettings } from '@ai-assistant/telemetry/tracing-settings'
import { z } from 'zod'

export interface Config {
  stdio: boolean
  host: string
  /** 0 takes a free one. */
  port: number
  /** Callers of /mcp show it as a bearer token; null lets everyone in. */
  token: string | null
  /** Whether `/metrics` is offered. */
  metrics: boolean
  /** Scrapers from other machines show it; null lets everyone in. */
  metricsToken: string | null
  /** Host names a caller may use when the server listens beyond this machine; null allows any. */
  allowedHosts: string[] | null
  /** null: off. */
  tracing: TracingSettings | null
  environment: string
  /** Absolute. This instance's own; two instances must not share it. */
  dataDir: string
}

/** The environment or the command line is wrong; the message names each fault on a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const text = z.string().trim()
const environmentSchema = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: text.optional(),
  MCP_EXAMPLE_PORT: text.optional(),
  MCP_SERVICE_TOKEN: text.optional(),
  MCP_SERVICE_TOKEN_FILE: text.optional(),
  PROMETHEUS_ENABLED: text.default('true'),
  METRICS_TOKEN: text.optional(),
  METRICS_TOKEN_FILE: text.optional(),
  MCP_ALLOWED_HOSTS: text.optional(),
  MCP_EXAMPLE_DATA_DIR: text.optional(),
  DATA_DIR: text.default('.data'),
  ENVIRONMENT: text.default('development'),
  JAEGER_AGENT_HOST: text.optional(),
  JAEGER_AGENT_PORT: text.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: text.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: text.optional(),
  OTEL_SERVICE_NAME: text.optional(),
  OTEL_RESOURCE_ATTRIBUTES: text.optional(),
  OTEL_TRACES_SAMPLER: text.default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: text.optional(),
})
const portSchema = z.coerce.number().int().min(0).max(65535)

// A token that is printed in a guide protects nothing.
const PUBLISHED_TOKENS = new Set(['your-service-token'])
const SHORTEST_TOKEN = 16

/** Reads all settings once. Empty variables count as unset. Throws `ConfigError`. */
export function readConfig(env: Record<string, string | undefined>, args: string[]): Config {
  const stdio = args.includes('--stdio')
  const faults = args
    .filter((arg) => arg !== '--stdio')
    .map((arg) => `${arg}: unknown argument; only --stdio is known.`)
  const set = environmentSchema.parse(withoutEmpty(env))
  const port = portSchema.safeParse(set.MCP_EXAMPLE_PORT ?? set.PORT ?? 8001)
  if (!port.success) {
    const name = set.MCP_EXAMPLE_PORT === undefined ? 'PORT' : 'MCP_EXAMPLE_PORT'
    faults.push(`${name}: must be a port number from 0 to 65535.`)
  }
  const production = set.ENVIRONMENT === 'production'
  const secrets = { token: set.MCP_SERVICE_TOKEN ?? null, metricsToken: set.METRICS_TOKEN ?? null }
  try {
    secrets.token ??= readSecret(set.MCP_SERVICE_TOKEN_FILE)
    secrets.metricsToken ??= readSecret(set.METRICS_TOKEN_FILE)
  } catch (error) {
    faults.push(
      `A file that holds a token cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    )
  }
  const tracing = readTracing(set, faults)
  const { token, metricsToken } = secrets
  const published = token !== null && PUBLISHED_TOKENS.has(token)
  if (production && !stdio) faults.push(...tokenFaults(token, published, set.HOST))
  if (!port.success || faults.length > 0) throw new ConfigError(faults.join('\n'))

  const directory = set.MCP_EXAMPLE_DATA_DIR ?? join(set.DATA_DIR, `mcp-example-${stdio ? 'stdio' : port.data}`)
  return {
    stdio,
    host: set.HOST,
    port: port.data,
    token: published ? null : token,
    metrics: !/^(false|0|no|off)$/i.test(set.PROMETHEUS_ENABLED),
    metricsToken,
    allowedHosts: set.MCP_ALLOWED_HOSTS?.split(',').map((name) => name.trim()) ?? null,
    tracing,
    environment: set.ENVIRONMENT,
    dataDir: resolve(directory),
  }
}

/** Whether only this machine can reach an address the server listens on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(host)
}

/** As the product's other servers read them: one collector for all. */
function readTracing(set: z.output<typeof environmentSchema>, faults: string[]): TracingSettings | null {
  const endpoint = set.OTEL_EXPORTER_OTLP_ENDPOINT ?? null
  if (endpoint !== null && !/^https?:\/\/./i.test(endpoint))
    faults.push('OTEL_EXPORTER_OTLP_ENDPOINT: must be an address such as http://collector:4318.')
  const sampler = z.enum(samplerNames).safeParse(set.OTEL_TRACES_SAMPLER.toLowerCase())
  if (!sampler.success) faults.push(`OTEL_TRACES_SAMPLER: must be one of ${samplerNames.join(', ')}.`)
  const ratio = z.coerce
    .number()
    .min(0)
    .max(1)
    .safeParse(set.OTEL_TRACES_SAMPLER_ARG ?? 1)
  if (!ratio.success) faults.push('OTEL_TRACES_SAMPLER_ARG: must be a share from 0 to 1.')
  const jaegerPort = portSchema.optional().safeParse(set.JAEGER_AGENT_PORT)
  if (!jaegerPort.success) faults.push('JAEGER_AGENT_PORT: must be a port number from 0 to 65535.')
  return tracingSettings({
    endpoint,
    headers: set.OTEL_EXPORTER_OTLP_HEADERS ?? null,
    jaegerHost: set.JAEGER_AGENT_HOST ?? null,
    jaegerPort: jaegerPort.data ?? null,
    serviceName: set.OTEL_SERVICE_NAME ?? null,
    attributes: set.OTEL_RESOURCE_ATTRIBUTES ?? null,
    sampler: sampler.data ?? 'always_off',
    ratio: ratio.data ?? 0,
  })
}

/** The secret in a file, as orchestrators of containers hand them over. */
function readSecret(path: string | undefined): string | null {
  if (path === undefined) return null
  const secret = readFileSync(path, 'utf8').trim()
  return secret === '' ? null : secret
}

function tokenFaults(token: string | null, published: boolean, host: string): string[] {
  if (published)
    return ['MCP_SERVICE_TOKEN: is a published placeholder; set one of your own, e.g. `openssl rand -hex 32`.']
  if (token === null && !isLoopback(host))
    return [`MCP_SERVICE_TOKEN: must be set in production when HOST is ${host}; anyone could call the tools.`]
  if (token !== null && token.length < SHORTEST_TOKEN)
    return [`MCP_SERVICE_TOKEN: must have at least ${SHORTEST_TOKEN} characters in production.`]
  return []
}

function withoutEmpty(env: Record<string, string | undefined>): Record<string, string> {
  const entries: [string, string][] = []
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value.trim() !== '') entries.push([name, value])
  return Object.fromEntries(entries)
}
