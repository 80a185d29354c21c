import { readFileSync } from 'node:fs'
import { samplerNames, type TracingSettings, tracingSettings } from '@ai-assistant/telemetry/tracing-settings'
import { z } from 'zod'

export interface ServerConfig {
  host: string
  port: number
  /** Without a trailing slash. */
  orchestratorUrl: string
  /** Whether people reach the app by https, which browsers are then told to keep to. */
  https: boolean
  /** Whether `/metrics` is offered. */
  metrics: boolean
  metricsToken: string | null
  trustedProxies: string[]
  uploadMaxBytes: number
  /** null: off. */
  tracing: TracingSettings | null
  environment: string
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
}

/** The environment is wrong; the message names each fault on a line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const names: Record<string, ServerConfig['logLevel']> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'fatal',
  critical: 'fatal',
}

const port = 'must be a port number from 0 to 65535'
const share = 'must be a number from 0 to 1'
const url = 'must be an address that begins with http:// or https://'

const schema = z.object({
  FRONTEND_PORT: z.coerce.number(port).int(port).min(0, port).max(65_535, port).default(5000),
  ORCHESTRATOR_URL: z.url({ protocol: /^https?$/, error: url }).default('http://localhost:8000'),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: url }).optional(),
  HOST: z.string().optional(),
  PROMETHEUS_ENABLED: z.stringbool('must be true or false').default(true),
  METRICS_TOKEN: z.string().optional(),
  TRUSTED_PROXIES: z.string().default('loopback'),
  UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(10 * 1024 * 1024),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .refine((level) => level in names, 'must be trace, debug, info, warn, error or fatal')
    .optional(),
  DEBUG: z.stringbool('must be true or false').default(false),
  JAEGER_AGENT_HOST: z.string().optional(),
  JAEGER_AGENT_PORT: z.coerce.number(port).int(port).min(0, port).max(65_535, port).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: url }).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .string()
    .toLowerCase()
    .pipe(z.enum(samplerNames, `must be one of ${samplerNames.join(', ')}`))
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number(share).min(0, share).max(1, share).default(1),
  ENVIRONMENT: z.string().default('development'),
})

/**
 * Reads what this server needs, once. Empty counts as unset.
 *
 * @throws {ConfigError}
 */
export function readConfig(env: Record<string, string | undefined> = process.env): ServerConfig {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()))
  const result = schema.safeParse({
    ...set,
    METRICS_TOKEN: set['METRICS_TOKEN'] ?? tokenFrom(set['METRICS_TOKEN_FILE']),
  })
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`).join('\n'))
  }
  const values = result.data
  const local = ['development', 'test'].includes(values.ENVIRONMENT)
  return {
    host: values.HOST ?? (local ? '127.0.0.1' : '0.0.0.0'),
    port: values.FRONTEND_PORT,
    orchestratorUrl: values.ORCHESTRATOR_URL.replace(/\/+$/, ''),
    https: values.PUBLIC_URL?.startsWith('https:') ?? false,
    metrics: values.PROMETHEUS_ENABLED,
    metricsToken: values.METRICS_TOKEN?.trim() ?? null,
    trustedProxies: values.TRUSTED_PROXIES.split(',').map((part) => part.trim()),
    uploadMaxBytes: values.UPLOAD_MAX_BYTES,
    tracing: tracingOf(values),
    environment: values.ENVIRONMENT,
    logLevel: names[values.LOG_LEVEL ?? ''] ?? (values.DEBUG ? 'debug' : 'info'),
  }
}

function tracingOf(values: z.output<typeof schema>): TracingSettings | null {
  return tracingSettings({
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? null,
    jaegerHost: values.JAEGER_AGENT_HOST ?? null,
    jaegerPort: values.JAEGER_AGENT_PORT ?? null,
    serviceName: values.OTEL_SERVICE_NAME ?? null,
    attributes: values.OTEL_RESOURCE_ATTRIBUTES ?? null,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  })
}

function tokenFrom(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ConfigError(`METRICS_TOKEN_FILE names ${file}, which cannot be read (${reason}).`)
  }
}
