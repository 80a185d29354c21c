import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { validate } from '../../manifests/src/render.ts'
import { findTool } from '../../manifests/src/tools.ts'
import { type ApiServer, startApiServer } from './cluster/api-server.ts'
import type { RunCommand } from './cluster/controllers.ts'
import { type Checkout, giveModules, makeCheckout } from './checkout.ts'
import { type Deployment, root } from './deployment.ts'
import { documented, exampleAddress } from './documented.ts'
import { type Ran, tryRun } from './run.ts'
import { must, type Tally } from './tally.ts'
import { untilServed } from './until-served.ts'

/** What a registry says that answers no audits: nothing about what was asked. */
const noAudit = /audit endpoint returned an error/

/** What a person sees done before the next command: Jobs that a command starts have ended well. */
const jobsOf: Record<string, string> = {
  'kubectl apply -k k8s/overlays/production': 'job/make-secrets job/migrate',
  'kubectl create job backup-now --from=cronjob/postgres-backup -n ai-assistant': 'job/backup-now',
}

interface Places {
  deployment: Deployment
  checkout: Checkout
  folder: string
  env: Record<string, string>
}

/** Every command of the documentation is run, each where it is meant to be. */
export async function documentsStage(deployment: Deployment, tally: Tally): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-documents-'))
  const checkout = await makeCheckout()
  await giveModules(deployment.folder)
  const places = { deployment, checkout, folder, env: environment(deployment, folder) }
  let cluster: ApiServer | null = null
  try {
    await tally.check('the system runs as it is delivered, on the offline model', async () => {
      await tryRun('docker', ['compose', 'down', '--volumes', '--remove-orphans', '--timeout', '5'], {
        cwd: deployment.folder,
        env: places.env,
      })
      writeFileSync(join(deployment.folder, '.env'), '')
    })
    for (const [command, how] of documented) {
      if (how === 'suite' || how === 'name' || command.includes('docker-compose.dev.yml')) continue
      if (how === 'cluster' && (cluster === null || command.startsWith('helm upgrade'))) {
        cluster?.stop()
        cluster = await startCluster(places)
      }
      await tally.check(`$ ${command}`, () => tryCommand(command, how, places))
    }
  } finally {
    cluster?.stop()
    checkout.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a person's shell has: the tools, and trust in the certificate that was made here. */
function environment(deployment: Deployment, folder: string): Record<string, string> {
  const tools = (['kubectl', 'helm', 'gitleaks'] as const).map((tool) => findTool(tool)).filter((path) => path !== null)
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    ...Object.fromEntries(own),
    ...deployment.env,
    COMPOSE_FILE: 'docker-compose.yml',
    PATH: [...new Set(tools.map((path) => dirname(path))), process.env['PATH']].join(delimiter),
    NODE_EXTRA_CA_CERTS: join(deployment.folder, 'nginx/ssl/fullchain.pem'),
    KUBECONFIG: join(folder, 'kubeconfig'),
  }
}

async function tryCommand(written: string, how: string, places: Places): Promise<string> {
  const { deployment, checkout, env } = places
  const command = written
    .replaceAll(exampleAddress, deployment.publicUrl)
    .replace(/https:\/\/localhost$/, deployment.publicUrl)
  const bare = withoutCompose(env)
  if (how === 'servers') {
    await checkout.serve(command, bare, async (url) => {
      await untilServed(async () => must((await fetch(url.origin)).ok, 'there is no page'))
      must((await fetch(`${url.origin}/api/session`)).status === 401, 'the API is not behind it')
    })
    return 'its page is there'
  }
  const inCheckout = how === 'checkout'
  // The history is in our own folder, and a checkout's .env is that of the system beside it once there is one.
  const cwd = command.startsWith('scripts/scan.sh') ? root : inCheckout ? checkout.folder : deployment.folder
  const typed = command === 'scripts/disaster_recovery.sh' ? asked(command) : command
  const ran = await tryRun('bash', ['-c', typed], { cwd, env: inCheckout ? bare : env, timeout: 300_000 })
  const jobs = jobsOf[command]
  if (jobs !== undefined) {
    const wait = `kubectl wait --for=condition=complete ${jobs} -n ai-assistant --timeout=2m`
    const { code, stderr } = await tryRun('bash', ['-c', wait], { cwd, env })
    must(code === 0, `its Jobs did not end well: ${stderr}`)
  }
  if (command === 'cp .env.example .env') pointAt(deployment, checkout)
  if (/doctor -- --url/.test(command))
    must(/Streaming/.test(ran.stdout) && !/give --url|no owner/.test(ran.stdout), wordsOf(ran))
  if (noAudit.test(ran.stderr)) return 'the registry here answers no audits: nothing was looked at'
  must(ran.code === 0, `it ended with ${ran.code}:\n${wordsOf(ran)}`)
  return wordsOf(ran).split('\n').at(-1)?.slice(0, 120) ?? ''
}

function wordsOf({ stdout, stderr }: Ran): string {
  return `${stderr}\n${stdout}`.trim().split('\n').slice(-30).join('\n')
}

/** With a terminal, on which somebody says yes. */
function asked(command: string): string {
  return `echo y | script --quiet --return --command ${command} /dev/null`
}

/** In a checkout nothing is set but by its .env. */
function withoutCompose(env: Record<string, string>): Record<string, string> {
  const foreign = /^(COMPOSE_|.*_PORT$|PUBLIC_URL|IMAGE_TAG|TEST_MODEL|npm_|NODE_OPTIONS)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}

/** A database and a Redis of one's own: those of the system that Compose runs. */
function pointAt({ folder, env, publicUrl }: Deployment, checkout: Checkout): void {
  const secret = (name: string) => readFileSync(join(folder, 'secrets/orchestrator', name), 'utf8')
  const local = (url: string, host: string, port = '') => url.replace(host, `@127.0.0.1:${port}`)
  const lines = {
    PUBLIC_URL: publicUrl,
    DATABASE_URL: local(secret('database_url'), '@postgres:5432', env['POSTGRES_PORT']),
    REDIS_URL: `redis://127.0.0.1:${env['REDIS_PORT']}/0`,
    REDIS_PASSWORD: secret('redis_password'),
    SECRET_KEY: secret('secret_key'),
    JWT_SECRET_KEY: secret('jwt_secret_key'),
    MCP_DISCOVERY_URLS: `http://127.0.0.1:${env['MCP_EXAMPLE_PORT']}`,
    MCP_SERVICE_TOKEN: secret('mcp_service_token'),
    METRICS_TOKEN: secret('metrics_token'),
  }
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`)
  appendFileSync(join(checkout.folder, '.env'), `\n${text.join('')}`)
}

/** A cluster whose pods are Compose's containers. */
async function startCluster({ deployment, folder, env }: Places): Promise<ApiServer> {
  const token = join(folder, 'token')
  writeFileSync(token, 'of-the-pod')
  const runInCompose: RunCommand = async (command, pod) => {
    const { namespace = '' } = pod.metadata
    if (command.at(-1)?.endsWith('make-secrets.mjs')) {
      const own = { NAMESPACE: namespace, KUBERNETES_API: cluster.url, TOKEN_FILE: token }
      return tryRun(process.execPath, [join(deployment.folder, 'k8s/base/make-secrets.mjs')], { env: own })
    }
    const words = command.map((word) => word.replace('ai-assistant-frontend:5000', 'frontend:5000'))
    const keepsBackups = words.some((word) => /(?:backup|restore)\.ts$/.test(word))
    // Compose's database has half the room for connections of the chart's.
    const pools = ['--env', 'DATABASE_POOL_SIZE=4', '--env', 'DATABASE_MAX_OVERFLOW=2']
    const where = keepsBackups ? ['run', '--rm', '-T', 'backup'] : ['exec', '-T', ...pools, 'orchestrator']
    return tryRun('docker', ['compose', ...where, ...words], { cwd: deployment.folder, env })
  }
  const faultsOf = async (object: unknown) => (await validate(JSON.stringify(object))).faults
  const cluster = await startApiServer({ run: runInCompose, faultsOf })
  const named = { name: 'lab', cluster: { server: cluster.url } }
  const context = { name: 'lab', context: { cluster: 'lab', user: 'lab' } }
  const users = [{ name: 'lab', user: {} }]
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [named],
    contexts: [context],
    users,
    'current-context': 'lab',
  }
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config), { mode: 0o600 })
  return cluster
}
