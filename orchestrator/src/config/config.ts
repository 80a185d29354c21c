import type { TracingSettings } from '@ai-assistant/telemetry/tracing-settings'

/** What the orchestrator runs with: every either/or decided, every default filled in. Secrets are values here; never log it. */
export interface Config {
  appName: string
  version: string
  environment: 'development' | 'test' | 'staging' | 'production'
  debug: boolean
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'; pretty: boolean }
  http: {
    host: string
    port: number
    /** Where people reach the web app, without a trailing slash. */
    publicUrl: string
    allowedOrigins: string[]
    trustedProxies: string[]
    uploadMaxBytes: number
    metricsToken: string | null
  }
  /** The web app's own server, which runs beside this one. */
  frontend: { port: number }
  /** Absolute. The embedded database, generated secrets and uploads live below it. */
  dataDir: string
  database:
    | { kind: 'postgres'; url: string; poolerUrl?: string | null; poolSize: number; maxOverflow: number }
    | { kind: 'embedded'; directory: string }
  redis: { kind: 'redis'; url: string; password: string | null; tls: boolean } | { kind: 'none' }
  /** null: made on first start and kept in `dataDir` (development only). */
  secrets: {
    secretKey: string | null
    secretKeyPrevious: string | null
    jwtSecretKey: string | null
    jwtSecretKeyPrevious: string | null
  }
  model: {
    apiKey: string | null
    baseUrl: string | null
    /** null: the provider's default, or the first model a local server offers. */
    name: string | null
    answerTokens: number
    temperature: number | null
  }
  /** The file with the operator's own prices of models. */
  usage: { pricesFile: string | null }
  mcp: { urls: string[]; serviceToken: string | null; serversFile: string | null }
  rateLimit: {
    enabled: boolean
    /** Answers one person may start, and have written at the same time. */
    perMinute: number
    perHour: number
    running: number
    /** Requests of each kind in a minute, of one person or address. */
    requests: { read: number; write: number; 'sign-in': number }
    /** Streams one person may have open at one replica. */
    streams: number
    largeBodies: number
  }
  people: { ownerEmail: string | null; signUp: 'open' | 'invite' | 'closed' }
  /** null: no mail is sent, and administrators hand links over. */
  mail: { url: string; from: string } | null
  /** Where else people sign in; null: not there. */
  providers: {
    google: { clientId: string; clientSecret: string } | null
    github: { clientId: string; clientSecret: string } | null
    oidc: { issuer: string; name: string; clientId: string; clientSecret: string | null } | null
  }
  prometheusEnabled: boolean
  /** null: off. */
  tracing: TracingSettings | null
  sentryDsn: string | null
  backup: {
    /** Absolute. At least one of the two is there. */
    directory: string | null
    s3: S3Settings | null
    /** null: the secret key. */
    key: string | null
    keptDays: number
    /** null: any number. */
    keptCount: number | null
  }
}

/** A place in an S3-compatible store. */
export interface S3Settings {
  endpoint: string
  region: string
  bucket: string
  /** Within the bucket; '' or with a slash at its end. */
  prefix: string
  accessKeyId: string
  secretAccessKey: string
}
