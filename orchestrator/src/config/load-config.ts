import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { tracingSettings } from '@ai-assistant/telemetry/tracing-settings'
import { ConfigError, type ConfigFault } from './config-error.ts'
import type { Config, S3Settings } from './config.ts'
import type { Environment } from './env.ts'
import { noticeMisspelt } from './misspelt.ts'
import { faultsOfProviders, providersOf } from './providers.ts'
import { type Findings, readEnvironment } from './read-environment.ts'
import { refuseInProduction } from './refuse-production.ts'

export interface LoadOptions {
  version: string
  /** The folder relative paths count from. */
  cwd: string
  /** Whether people read the log on a terminal. */
  terminal?: boolean
}

/**
 * Decides what to run with. Notices are lines for the operator: what was ignored, and what is not in this version yet.
 *
 * @throws {ConfigError} with every fault of the environment
 */
export function loadConfig(
  env: Record<string, string | undefined>,
  options: LoadOptions,
): { config: Config; notices: string[] } {
  const { values, findings } = readEnvironment(env)
  const faults = [...findings.faults, ...faultsOf(values, findings, options)]
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    config: toConfig(values, options),
    notices: [...noticePlaceholders(findings), ...findings.notices, ...noticeRisks(values), ...noticeMisspelt(env)],
  }
}

function faultsOf(values: Environment, findings: Findings, { cwd }: LoadOptions): ConfigFault[] {
  const faults: ConfigFault[] = [...faultsOfProviders(values)]
  if (values.ENVIRONMENT === 'production') {
    for (const name of findings.placeholders) {
      faults.push({
        name,
        wrong: 'still holds the value of an example',
        write: 'Write a value of your own, or remove it.',
      })
    }
    const named = new Set([...findings.placeholders, ...findings.faults.map((fault) => fault.name)])
    faults.push(...refuseInProduction(values, named))
  }
  if (values.DATABASE_POOLER_URL !== null && values.DATABASE_URL === null) {
    faults.push({
      name: 'DATABASE_POOLER_URL',
      wrong: 'is set without DATABASE_URL, where the journal and migrations go past the pooler',
      write: 'Set DATABASE_URL to the server behind it.',
    })
  }
  const file = values.MCP_SERVERS_FILE && resolve(cwd, values.MCP_SERVERS_FILE)
  if (file && !statSync(file, { throwIfNoEntry: false })?.isFile()) {
    faults.push({
      name: 'MCP_SERVERS_FILE',
      wrong: `names ${file}, which is not there`,
      write: 'Write the path of a JSON file.',
    })
  }
  return faults
}

function noticePlaceholders(findings: Findings): string[] {
  return [...findings.placeholders].map((name) => `${name} still holds the value of an example and counts as unset.`)
}

function noticeRisks(values: Environment): string[] {
  const notices: string[] = []
  if (values.BACKUP_BUCKET !== null && s3Of(values) === null) {
    notices.push('BACKUP_BUCKET needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY: backups are not written to it.')
  }
  if (values.ENVIRONMENT === 'production') {
    if (values.DEBUG) notices.push('DEBUG is on in production: the log is large and detailed.')
    if (!values.RATE_LIMIT_ENABLED) notices.push('RATE_LIMIT_ENABLED is off in production.')
  } else if (values.SECRET_KEY !== null && values.SECRET_KEY.length < 32) {
    notices.push('SECRET_KEY is shorter than 32 characters; production refuses it.')
  }
  return notices
}

function toConfig(values: Environment, { version, cwd, terminal }: LoadOptions): Config {
  const development = values.ENVIRONMENT === 'development'
  const publicUrl = values.PUBLIC_URL ?? `http://localhost:${values.FRONTEND_PORT}`
  const dataDir = resolve(cwd, values.DATA_DIR)
  const otherOrigins = values.ALLOWED_ORIGINS ?? (development ? ['http://localhost:3000', 'http://localhost:5000'] : [])
  return {
    appName: values.APP_NAME,
    version,
    environment: values.ENVIRONMENT,
    debug: values.DEBUG,
    log: {
      level: values.LOG_LEVEL ?? (values.DEBUG ? 'debug' : 'info'),
      pretty: development && (terminal ?? process.stdout.isTTY === true),
    },
    http: {
      host: values.HOST ?? (development || values.ENVIRONMENT === 'test' ? '127.0.0.1' : '0.0.0.0'),
      port: values.ORCHESTRATOR_PORT,
      publicUrl,
      allowedOrigins: [...new Set([new URL(publicUrl).origin, ...otherOrigins])],
      trustedProxies: values.TRUSTED_PROXIES,
      uploadMaxBytes: values.UPLOAD_MAX_BYTES,
      metricsToken: values.METRICS_TOKEN,
    },
    frontend: { port: values.FRONTEND_PORT },
    dataDir,
    database: databaseOf(values, dataDir),
    redis: redisOf(values),
    secrets: {
      secretKey: values.SECRET_KEY,
      secretKeyPrevious: values.SECRET_KEY_PREVIOUS,
      jwtSecretKey: values.JWT_SECRET_KEY,
      jwtSecretKeyPrevious: values.JWT_SECRET_KEY_PREVIOUS,
    },
    model: {
      apiKey: values.OPENAI_API_KEY,
      baseUrl: values.OPENAI_BASE_URL,
      name: values.OPENAI_MODEL,
      answerTokens: values.OPENAI_MAX_TOKENS,
      temperature: values.OPENAI_TEMPERATURE,
    },
    usage: { pricesFile: values.MODEL_PRICES_FILE && resolve(cwd, values.MODEL_PRICES_FILE) },
    mcp: {
      urls: values.MCP_DISCOVERY_URLS ?? [],
      serviceToken: values.MCP_SERVICE_TOKEN,
      serversFile: values.MCP_SERVERS_FILE && resolve(cwd, values.MCP_SERVERS_FILE),
    },
    rateLimit: rateLimitOf(values),
    people: { ownerEmail: values.OWNER_EMAIL, signUp: values.SIGNUP },
    mail: values.SMTP_URL === null ? null : { url: values.SMTP_URL, from: senderOf(values, publicUrl) },
    providers: providersOf(values),
    prometheusEnabled: values.PROMETHEUS_ENABLED,
    tracing: tracingOf(values),
    sentryDsn: values.SENTRY_DSN,
    backup: backupOf(values, dataDir, cwd),
  }
}

function tracingOf(values: Environment): Config['tracing'] {
  return tracingSettings({
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS,
    jaegerHost: values.JAEGER_AGENT_HOST,
    jaegerPort: values.JAEGER_AGENT_PORT,
    serviceName: values.OTEL_SERVICE_NAME,
    attributes: values.OTEL_RESOURCE_ATTRIBUTES,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  })
}

function rateLimitOf(values: Environment): Config['rateLimit'] {
  return {
    enabled: values.RATE_LIMIT_ENABLED,
    perMinute: values.RATE_LIMIT_PER_MINUTE,
    perHour: values.RATE_LIMIT_PER_HOUR,
    running: values.RATE_LIMIT_RUNNING_ANSWERS,
    requests: {
      read: values.RATE_LIMIT_READS_PER_MINUTE,
      write: values.RATE_LIMIT_WRITES_PER_MINUTE,
      'sign-in': values.RATE_LIMIT_SIGN_INS_PER_MINUTE,
    },
    streams: values.RATE_LIMIT_OPEN_STREAMS,
    largeBodies: values.RATE_LIMIT_LARGE_BODIES,
  }
}

/** Whom mail is from: as configured, else the account it is sent with, else a name at the app's own address. */
function senderOf({ APP_NAME, MAIL_FROM, SMTP_URL }: Environment, publicUrl: string): string {
  const account = decodeURIComponent(URL.parse(SMTP_URL ?? '')?.username ?? '')
  const address = MAIL_FROM ?? (account.includes('@') ? account : `no-reply@${new URL(publicUrl).hostname}`)
  return `"${APP_NAME.replaceAll(/["\\]/g, '')}" <${address}>`
}

function databaseOf(values: Environment, dataDir: string): Config['database'] {
  if (values.DATABASE_URL === null) return { kind: 'embedded', directory: resolve(dataDir, 'database') }
  return {
    kind: 'postgres',
    url: values.DATABASE_URL,
    poolerUrl: values.DATABASE_POOLER_URL,
    poolSize: values.DATABASE_POOL_SIZE,
    maxOverflow: values.DATABASE_MAX_OVERFLOW,
  }
}

function redisOf(values: Environment): Config['redis'] {
  if (values.REDIS_URL === null) return { kind: 'none' }
  const tls = values.REDIS_SSL || values.REDIS_URL.startsWith('rediss://')
  return { kind: 'redis', url: values.REDIS_URL, password: values.REDIS_PASSWORD, tls }
}

function backupOf(values: Environment, dataDir: string, cwd: string): Config['backup'] {
  const s3 = s3Of(values)
  const beside = s3 === null ? resolve(dataDir, 'backups') : null
  return {
    directory: values.BACKUP_DIR === null ? beside : resolve(cwd, values.BACKUP_DIR),
    s3,
    key: values.BACKUP_KEY,
    keptDays: values.BACKUP_RETENTION_DAYS,
    keptCount: values.BACKUP_RETENTION_COUNT,
  }
}

/** A bucket alone is none: without its key nothing can be written there. */
function s3Of(values: Environment): S3Settings | null {
  const { BACKUP_BUCKET: place, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values
  if (place === null || accessKeyId === null || secretAccessKey === null) return null
  const region = values.S3_REGION ?? 'us-east-1'
  const [bucket = '', ...folders] = place.split('/').filter((step) => step !== '')
  return {
    endpoint: values.S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket,
    prefix: folders.map((folder) => `${folder}/`).join(''),
    accessKeyId,
    secretAccessKey,
  }
}
