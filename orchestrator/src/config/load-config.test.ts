import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'
import { readDotenv } from './read-dotenv.ts'

const options = { version: '1.2.3', cwd: '/srv/assistant', terminal: false }
const load = (env: Record<string, string>) => loadConfig(env, options)

function faultsOf(env: Record<string, string>): Record<string, string> {
  try {
    load(env)
  } catch (error) {
    if (error instanceof ConfigError) return Object.fromEntries(error.faults.map(({ name, wrong }) => [name, wrong]))
    throw error
  }
  return {}
}

const production = {
  ENVIRONMENT: 'production',
  SECRET_KEY: '0123456789abcdef0123456789abcdef',
  JWT_SECRET_KEY: 'fedcba9876543210fedcba9876543210',
  DATABASE_URL: 'postgresql://assistant:s3cret-of-ours@db:5432/assistant',
  PUBLIC_URL: 'https://chat.example.com/',
}

/** The example environment as the deployment guide publishes it. */
const published = `
APP_NAME=AI Assistant
ENVIRONMENT=development
DEBUG=true
LOG_LEVEL=DEBUG
SECRET_KEY=your-secret-key-change-in-production
JWT_SECRET_KEY=your-jwt-secret-change-in-production
ALLOWED_ORIGINS=http://localhost:3000,http://localhost:5000
DATABASE_URL=postgresql://user:password@localhost:5432/ai_assistant
DATABASE_POOL_SIZE=20
DATABASE_MAX_OVERFLOW=40
REDIS_URL=redis://localhost:6379/0
REDIS_PASSWORD=
REDIS_SSL=false
OPENAI_API_KEY=sk-...
OPENAI_MODEL=gpt-4
OPENAI_MAX_TOKENS=4096
OPENAI_TEMPERATURE=0.7
GOOGLE_CLIENT_ID=your-google-client-id
GOOGLE_CLIENT_SECRET=your-google-client-secret
GITHUB_CLIENT_ID=your-github-client-id
GITHUB_CLIENT_SECRET=your-github-client-secret
MCP_DISCOVERY_URLS=http://localhost:8001,http://localhost:8002
MCP_SERVICE_TOKEN=your-service-token
VECTOR_DB_URL=http://localhost:6333
VECTOR_DB_API_KEY=
PROMETHEUS_ENABLED=true
JAEGER_AGENT_HOST=localhost
JAEGER_AGENT_PORT=6831
RATE_LIMIT_ENABLED=true
RATE_LIMIT_PER_MINUTE=60
RATE_LIMIT_PER_HOUR=1000
`

function folderWith(dotenv: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  writeFileSync(join(folder, '.env'), dotenv)
  return folder
}

test('an empty environment runs with everything embedded', () => {
  const { config, notices } = load({})
  expect(notices).toEqual([])
  expect(config).toMatchObject({
    environment: 'development',
    log: { level: 'info', pretty: false },
    http: { host: '127.0.0.1', port: 8000, publicUrl: 'http://localhost:5000', uploadMaxBytes: 10_485_760 },
    dataDir: '/srv/assistant/.data',
    database: { kind: 'embedded' },
    redis: { kind: 'none' },
    model: { apiKey: null, baseUrl: null, name: null, answerTokens: 4096, temperature: null },
    usage: { pricesFile: null },
    mcp: { urls: [], serviceToken: null, serversFile: null },
    rateLimit: {
      enabled: true,
      perMinute: 60,
      perHour: 1000,
      running: 20,
      requests: { read: 1200, write: 300, 'sign-in': 30 },
      streams: 50,
    },
  })
})

test("the guide's example file is understood whole: its placeholders count as unset, each with one line", () => {
  const { config, notices } = loadConfig(readDotenv(folderWith(published), {}), options)
  expect(config).toMatchObject({
    debug: true,
    log: { level: 'debug' },
    database: { kind: 'embedded' },
    redis: { kind: 'redis', url: 'redis://localhost:6379/0', password: null, tls: false },
    secrets: { secretKey: null, jwtSecretKey: null },
    model: { apiKey: null, name: 'gpt-4', answerTokens: 4096, temperature: 0.7 },
    mcp: { urls: ['http://localhost:8001', 'http://localhost:8002'], serviceToken: null },
  })
  const unset = notices.filter((line) => line.includes('counts as unset')).map((line) => line.split(' ')[0])
  expect(new Set(unset)).toEqual(
    new Set([
      'DATABASE_URL',
      'GITHUB_CLIENT_ID',
      'GITHUB_CLIENT_SECRET',
      'GOOGLE_CLIENT_ID',
      'GOOGLE_CLIENT_SECRET',
      'JWT_SECRET_KEY',
      'MCP_SERVICE_TOKEN',
      'OPENAI_API_KEY',
      'SECRET_KEY',
    ]),
  )
  expect(notices).toContain('VECTOR_DB_URL is set; document search is not in this version yet.')
  expect(notices).toHaveLength(9 + 1)
})

test('a copy of .env.example starts on a bare machine without a word, and what it comments out is valid too', () => {
  const example = readFileSync(join(import.meta.dirname, '../../../.env.example'), 'utf8')
  const { config, notices } = loadConfig(readDotenv(folderWith(example), {}), options)
  expect(notices).toEqual([])
  expect(config).toMatchObject({ database: { kind: 'embedded' }, redis: { kind: 'none' }, mcp: { urls: [] } })

  const whole = example.replaceAll(/^# (?=[A-Z0-9_]+=)/gm, '').replace(/^MCP_SERVERS_FILE=.*$/m, '')
  expect(loadConfig(readDotenv(folderWith(whole), {}), options).config).toMatchObject({
    database: { kind: 'postgres' },
  })
})

test('names every fault at once, with what to write', () => {
  const env = {
    ORCHESTRATOR_PORT: '80000',
    DATABASE_URL: 'mysql://db/x',
    DEBUG: 'maybe',
    TRUSTED_PROXIES: '10.0.0.0/40',
  }
  expect(new Set(Object.keys(faultsOf(env)))).toEqual(new Set(Object.keys(env)))
  expect(() => load({ ORCHESTRATOR_PORT: 'eighty' })).toThrow(
    'ORCHESTRATOR_PORT is "eighty". Write a whole number from 0 to 65535.',
  )
})

test('never repeats the value of a secret that is wrong', () => {
  expect(() => load({ DATABASE_URL: 'mysql://root:hunter22@db/x' })).toThrow(
    /^DATABASE_URL is not valid\. Write an address that begins with postgresql:\/\/ or postgres:\/\/\.$/,
  )
})

test('production with secrets of its own starts', () => {
  const { config } = load(production)
  expect(config.http).toMatchObject({ host: '0.0.0.0', publicUrl: 'https://chat.example.com' })
  expect(config.http.allowedOrigins).toEqual(['https://chat.example.com'])
})

test.each([
  ['SECRET_KEY', '', 'is not set'],
  ['SECRET_KEY', 'too-short', 'is shorter than 32 characters'],
  ['SECRET_KEY', 'a'.repeat(64), 'repeats a few characters'],
  ['SECRET_KEY', 'your-secret-key-change-in-production', 'still holds the value of an example'],
  ['JWT_SECRET_KEY', production.SECRET_KEY, 'is the same as SECRET_KEY'],
  ['DATABASE_URL', '', 'is not set, and the embedded database is not for production'],
  ['DATABASE_URL', 'postgresql://user:pass@postgres:5432/ai_assistant', 'still holds the value of an example'],
  ['PUBLIC_URL', '', 'is not set'],
  ['PUBLIC_URL', 'http://chat.example.com', 'is "http://chat.example.com", without TLS'],
  ['OPENAI_API_KEY', 'sk-...', 'still holds the value of an example'],
  ['METRICS_TOKEN', 'short', 'is shorter than 16 characters'],
])('production refuses %s=%s', (name, value, wrong) => {
  expect(faultsOf({ ...production, [name]: value })).toEqual({ [name]: wrong })
})

test('production names all that is missing in one go', () => {
  expect(new Set(Object.keys(faultsOf({ ENVIRONMENT: 'production' })))).toEqual(
    new Set(['DATABASE_URL', 'JWT_SECRET_KEY', 'PUBLIC_URL', 'SECRET_KEY']),
  )
})

test('a secret may come from a file, but not from two places', () => {
  const file = join(folderWith(''), 'key')
  writeFileSync(file, 'sk-from-a-file\n')
  expect(load({ OPENAI_API_KEY_FILE: file }).config.model.apiKey).toBe('sk-from-a-file')
  expect(faultsOf({ OPENAI_API_KEY_FILE: file, OPENAI_API_KEY: 'sk-direct' })).toHaveProperty('OPENAI_API_KEY')
  expect(faultsOf({ OPENAI_API_KEY_FILE: `${file}.gone` })).toHaveProperty('OPENAI_API_KEY_FILE')
})

test('the real environment wins over the file', () => {
  const folder = folderWith('OPENAI_MODEL=from-file\nAPP_NAME="Our Assistant"\n')
  const { config } = loadConfig(readDotenv(folder, { OPENAI_MODEL: 'from-shell' }), options)
  expect(config).toMatchObject({ appName: 'Our Assistant', model: { name: 'from-shell' } })
})

test('log levels are read in any case and in the names of other languages', () => {
  expect(load({ LOG_LEVEL: 'WARNING' }).config.log.level).toBe('warn')
  expect(load({ LOG_LEVEL: 'Info' }).config.log.level).toBe('info')
  expect(faultsOf({ DATABASE_POOLER_URL: 'postgresql://a:b@pooler:6432/c' })).toHaveProperty('DATABASE_POOLER_URL')
  expect(faultsOf({ LOG_LEVEL: 'loud' })).toHaveProperty('LOG_LEVEL')
})

test('a star among the origins is refused', () => {
  expect(faultsOf({ ALLOWED_ORIGINS: '*' })).toHaveProperty('ALLOWED_ORIGINS')
})

test('a name that is nearly one of ours gives a line, and an unrelated one does not', () => {
  const { notices } = load({
    OPENAI_API_KYE: 'sk-x',
    DATABSE_URL: 'x',
    PATH: '/bin',
    REDIS_PORT: '6379',
    HOSTNAME: 'h',
  })
  expect(notices).toEqual([
    'OPENAI_API_KYE is not a variable of ours and was ignored. Did you mean OPENAI_API_KEY?',
    'DATABSE_URL is not a variable of ours and was ignored. Did you mean DATABASE_URL?',
  ])
})

test('TLS to Redis is asked for by the address or by REDIS_SSL', () => {
  expect(load({ REDIS_URL: 'rediss://cache:6380' }).config.redis).toMatchObject({ tls: true })
  expect(load({ REDIS_URL: 'redis://cache', REDIS_SSL: 'true', REDIS_PASSWORD: 'p' }).config.redis).toMatchObject({
    tls: true,
    password: 'p',
  })
})
