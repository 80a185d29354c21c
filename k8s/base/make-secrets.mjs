// Makes the secrets of the system inside the cluster. A key that is there is never changed: it may be run at any time.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import process from 'node:process'

// A program of its own, apart from the orchestrator's configuration.
// oxlint-disable-next-line no-restricted-properties, no-restricted-imports, no-restricted-globals
const { NAMESPACE, KUBERNETES_API = 'https://kubernetes.default.svc', TOKEN_FILE } = process.env
const token = readFileSync(TOKEN_FILE ?? '/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8').trim()
const secrets = `${KUBERNETES_API}/api/v1/namespaces/${NAMESPACE}/secrets`

/** Set by people where they want what it is for. Empty counts as unset. */
const optional = [
  'SECRET_KEY_PREVIOUS',
  'JWT_SECRET_KEY_PREVIOUS',
  'DATABASE_POOLER_URL',
  'REDIS_PASSWORD',
  'OPENAI_API_KEY',
  'SMTP_URL',
  'GOOGLE_CLIENT_SECRET',
  'GITHUB_CLIENT_SECRET',
  'OIDC_CLIENT_SECRET',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'SENTRY_DSN',
  'VECTOR_DB_API_KEY',
  'S3_SECRET_ACCESS_KEY',
  'BACKUP_KEY',
]

const postgres = await keep('postgres-secret', { password: random(), 'app-password': random() })
const redis = await keep('redis-secret', { password: random() })
await keep('ai-assistant-secrets', {
  SECRET_KEY: random(),
  JWT_SECRET_KEY: random(),
  METRICS_TOKEN: random(),
  MCP_SERVICE_TOKEN: random(),
  DATABASE_URL: `postgresql://ai_assistant:${postgres['app-password']}@postgres:5432/ai_assistant`,
  REDIS_URL: `redis://:${redis.password}@redis:6379/0`,
  ...Object.fromEntries(optional.map((name) => [name, ''])),
})

/** Creates the secret, or adds the keys it lacks. Returns what it holds afterwards. */
async function keep(name, wanted) {
  const found = await call('GET', `${secrets}/${name}`)
  const data = found.status === 404 ? {} : ((await accepted(found)).data ?? {})
  const missing = Object.entries(wanted).filter(([key]) => !(key in data))
  const stringData = Object.fromEntries(missing)
  if (found.status === 404) {
    await accepted(await call('POST', secrets, { metadata: { name }, type: 'Opaque', stringData }))
  } else if (missing.length > 0) {
    await accepted(await call('PATCH', `${secrets}/${name}`, { stringData }))
  }
  console.log(`${name}: made ${missing.length} of ${Object.keys(wanted).length} values`)
  const kept = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])
  return { ...wanted, ...Object.fromEntries(kept) }
}

async function call(method, url, body) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  return fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

/** Neither the request nor the answer is ever shown: both hold secrets. */
async function accepted(response) {
  if (response.ok) return response.json()
  const { message } = await response.json().catch(() => ({ message: '' }))
  throw new Error(`The cluster answered ${response.status} ${message}`)
}

/** Letters that need no escaping in a URL. */
function random() {
  return randomBytes(32).toString('hex')
}
