import type { Config } from '../config/config.ts'
import { fault, type Finding, ok, warning } from './finding.ts'

const CHECK = 'Secrets'
const MAKE_ONE = 'Write what `openssl rand -hex 32` prints.'

/** Passwords that examples, images and guides print. */
const published = new Set([
  'postgres',
  'password',
  'pass',
  'admin',
  'secret',
  'redis',
  'changeme',
  'ai_assistant',
  'root',
])

/** Secrets that are weak, published or missing. Placeholders of examples were told apart before: they count as unset. */
export function lookAtSecrets(config: Config): Finding[] {
  const serious = config.environment === 'production' || config.environment === 'staging' ? fault : warning
  const findings: Finding[] = []
  const tell = (name: string, wrong: string, advice: string = MAKE_ONE) =>
    findings.push(serious(CHECK, `${name} ${wrong}`, advice))

  const { secretKey, jwtSecretKey } = config.secrets
  for (const [name, value] of [
    ['SECRET_KEY', secretKey],
    ['JWT_SECRET_KEY', jwtSecretKey],
  ] as const) {
    // In development they are made on the first start.
    if (value === null && serious === warning) continue
    const weakness = weaknessOf(value, 32)
    if (weakness !== null) tell(name, weakness)
  }
  if (secretKey !== null && secretKey === jwtSecretKey) tell('JWT_SECRET_KEY', 'is the same as SECRET_KEY')
  for (const [name, value] of [
    ['METRICS_TOKEN', config.http.metricsToken],
    ['MCP_SERVICE_TOKEN', config.mcp.serviceToken],
  ] as const) {
    const weakness = value === null ? null : weaknessOf(value, 16)
    if (weakness !== null) tell(name, weakness)
  }
  findings.push(...lookAtPasswords(config))
  return findings.length > 0 ? findings : [ok(CHECK, 'none is weak or published')]
}

function lookAtPasswords({ database, redis }: Config): Finding[] {
  const findings: Finding[] = []
  if (database.kind === 'postgres') {
    const url = URL.parse(database.url)
    const password = decode(url?.password ?? '')
    if (published.has(password) || (password !== '' && password === decode(url?.username ?? ''))) {
      const advice = 'Give the role another password (alter role … password …) and write it into DATABASE_URL.'
      findings.push(fault(CHECK, 'the password in DATABASE_URL is one that examples print', advice))
    }
  }
  if (redis.kind === 'redis') {
    const url = URL.parse(redis.url)
    const password = redis.password ?? decode(url?.password ?? '')
    const local = /^(localhost|127\.|\[::1\])/.test(url?.hostname ?? '')
    if (password === '' && !local) {
      const advice = 'Set requirepass in Redis and REDIS_PASSWORD here, or make sure that only this system reaches it.'
      findings.push(warning(CHECK, 'Redis on another machine asks for no password', advice))
    }
    if (published.has(password))
      findings.push(fault(CHECK, 'the password of Redis is one that examples print', MAKE_ONE))
  }
  return findings
}

function weaknessOf(value: string | null, length: number): string | null {
  if (value === null) return 'is not set'
  if (value.length < length) return `is shorter than ${length} characters`
  return new Set(value).size < 8 ? 'repeats a few characters' : null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
