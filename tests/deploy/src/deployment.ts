import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { run, tryRun } from './run.ts'

export const root = resolve(import.meta.dirname, '../../..')

/** How many tokens an answer of the simulated model has, and how it paces them. */
export const answerTokens = 250
const model = `sim-ttft50-itl20-len${answerTokens}`

/** What someone has written into `.env`. */
export const uploadMaxBytes = 3 * 1024 * 1024

/** The product as someone has it who cloned it: a copy of its files in an empty folder, with an engine to run it on. */
export interface Deployment {
  folder: string
  /** Where people reach it once it runs. */
  publicUrl: string
  httpUrl: string
  env: Record<string, string>
  compose: (args: string[], options?: { timeout?: number }) => Promise<string>
  docker: (args: string[]) => Promise<string>
  /** The name of a service's container. */
  container: (service: string) => string
  remove: () => Promise<void>
}

/** Copies what git would hand out into a new folder, and chooses ports that are free. */
export async function prepareDeployment(env: Record<string, string>): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-deploy-'))
  await copyProduct(folder)
  writeFileSync(join(folder, '.env'), `UPLOAD_MAX_BYTES=${uploadMaxBytes}\n`)
  const fixed = {
    COMPOSE_PROJECT_NAME: 'ai_assistant_test',
    COMPOSE_FILE: 'docker-compose.yml:tests/deploy/compose.yml',
    IMAGE_TAG: 'test',
    TEST_MODEL: model,
  }
  const takeDown = ['compose', '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5']
  // What a run that was cut short has left behind has other passwords, and our ports.
  await tryRun('docker', takeDown, { cwd: folder, env: { ...env, ...fixed } })
  const ports = {
    HTTP_PORT: await portOr(80),
    HTTPS_PORT: await portOr(443),
    POSTGRES_PORT: await portOr(5432),
    REDIS_PORT: await portOr(6379),
    ORCHESTRATOR_PORT: await portOr(8000),
    FRONTEND_PORT: await portOr(5000),
    MCP_EXAMPLE_PORT: await portOr(8001),
    PROMETHEUS_PORT: await portOr(9090),
    GRAFANA_PORT: await portOr(3001),
    ALERTMANAGER_PORT: await portOr(9093),
    JAEGER_UI_PORT: await portOr(16686),
    JAEGER_OTLP_PORT: await portOr(4318),
    MCP_EXAMPLE_2_PORT: await portOr(8002),
    DEV_PORT: await portOr(3000),
  }
  const publicUrl = ports.HTTPS_PORT === 443 ? 'https://localhost' : `https://localhost:${ports.HTTPS_PORT}`
  const own = {
    ...env,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    PUBLIC_URL: publicUrl,
    ...fixed,
  }
  const compose: Deployment['compose'] = (args, { timeout = 300_000 } = {}) =>
    run('docker', ['compose', ...args], { cwd: folder, env: own, timeout })
  return {
    folder,
    publicUrl,
    httpUrl: `http://localhost:${ports.HTTP_PORT}`,
    env: own,
    compose,
    docker: (args) => run('docker', args, { cwd: folder, env: own }),
    container: (service) => `${fixed.COMPOSE_PROJECT_NAME}_${service}`,
    remove: async () => {
      await tryRun('docker', takeDown, { cwd: folder, env: own })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Copies what git would hand out. */
export async function copyProduct(folder: string): Promise<void> {
  const files = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of files.split('\0')) {
    const from = join(root, file)
    if (file !== '' && statSync(from, { throwIfNoEntry: false })?.isFile()) cpSync(from, join(folder, file))
  }
  // What was copied must be enough to start: nothing of this machine's own settings.
  const left = ['.env', 'secrets/orchestrator', 'nginx/ssl/privkey.pem'].filter((file) =>
    existsSync(join(folder, file)),
  )
  if (left.length > 0) throw new Error(`git would hand out ${left.join(', ')}`)
  if (!existsSync(join(folder, 'docker-compose.yml'))) throw new Error('nothing was copied')
}

/** The usual port where nobody listens at it; else any free one. */
async function portOr(usual: number): Promise<number> {
  const { promise, resolve: settle } = Promise.withResolvers<boolean>()
  const socket = connect(usual, '127.0.0.1')
  socket.once('connect', () => settle(false)).once('error', () => settle(true))
  const free = await promise
  socket.destroy()
  return free ? usual : freePort()
}

/** The certificate that was made at the first start. */
export function certificateOf({ folder }: Deployment): string {
  return readFileSync(join(folder, 'nginx/ssl/fullchain.pem'), 'utf8')
}
