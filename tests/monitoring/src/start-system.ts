import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type ModelSimulator, startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { startTraceCollector } from '@ai-assistant/simulators/trace-collector'
import { type ApiClient, signIn } from '@ai-assistant/system-tests/product/api-client'
import { bareEnvironment } from '@ai-assistant/system-tests/product/bare-environment'
import { type ServerChild, startServerChild } from '@ai-assistant/system-tests/product/server-child'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { startPostgres } from '@ai-assistant/system-tests/services/postgres'
import { startRedis } from '@ai-assistant/system-tests/services/redis'

const root = resolve(import.meta.dirname, '../../..')

/** What the model does now; as the simulator's model names say it. */
export interface ModelMood {
  behaviour: string
  /** Requests that are still refused, as a passing failure. */
  refuse: number
}

/** The product, as it runs in a cluster: two orchestrators, the web app, a tool server, PostgreSQL and Redis. */
export interface System {
  replicas: [ServerChild, ServerChild]
  web: ServerChild
  tools: ServerChild
  /** Of the first orchestrator's owner, through the web app. */
  client: ApiClient
  mood: ModelMood
  simulator: ModelSimulator
  metricsToken: string
  stop(): Promise<void>
}

export async function startSystem(): Promise<System> {
  const opened: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  const keep = <T>(value: T, close: (value: T) => Promise<unknown>): T => {
    opened.push(() => close(value))
    return value
  }
  try {
    return { ...(await open(keep)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(keep: <T>(value: T, close: (value: T) => Promise<unknown>) => T): Promise<Omit<System, 'stop'>> {
  const home = keep(await mkdtemp(join(tmpdir(), 'ai-assistant-monitoring-')), (path) =>
    rm(path, { recursive: true, force: true, maxRetries: 5 }),
  )
  const postgres = keep(found(await startPostgres({ version: 'embedded' })), (each) => each.stop())
  const redis = keep(found(await startRedis()), (each) => each.stop())
  const collector = keep(await startTraceCollector(), (each) => each.close())
  const mood: ModelMood = { behaviour: 'sim-ttft20-itl5-len40', refuse: 0 }
  const simulator = keep(
    await startModelSimulator({ behave: () => (mood.refuse-- > 0 ? 'sim-fail503' : mood.behaviour) }),
    (each) => each.close(),
  )
  const metricsToken = randomBytes(16).toString('hex')
  const serviceToken = randomBytes(16).toString('hex')
  const common = { ...bareEnvironment(), HOST: '127.0.0.1', METRICS_TOKEN: metricsToken, LOG_LEVEL: 'warn' }
  const server = async (name: string, script: string, announces: boolean, portName: string, env: object) => {
    const port = await freePort()
    const all = { ...common, ...env, [portName]: `${port}` }
    const child = await startServerChild({ name, script: join(root, script), cwd: root, env: all, port, announces })
    return keep(child, (each) => each.kill())
  }
  const tools = await server('tools', 'mcp_servers/example/src/main.ts', false, 'MCP_EXAMPLE_PORT', {
    MCP_SERVICE_TOKEN: serviceToken,
    DATA_DIR: join(home, 'tools'),
  })
  const prices = join(home, 'prices.json')
  const models = { 'sim-lab': { input: 2, output: 8 } }
  await writeFile(prices, JSON.stringify({ version: 'trial', currency: 'USD', models }))
  const orchestrator = {
    ENVIRONMENT: 'test',
    DATABASE_URL: await postgres.createDatabase(),
    DATABASE_POOL_SIZE: '4',
    REDIS_URL: redis.url,
    OPENAI_API_KEY: 'key-of-the-trial',
    OPENAI_BASE_URL: simulator.url,
    OPENAI_MODEL: 'sim-lab',
    MODEL_PRICES_FILE: prices,
    MCP_DISCOVERY_URLS: tools.url,
    MCP_SERVICE_TOKEN: serviceToken,
    RATE_LIMIT_ENABLED: 'false',
    SECRET_KEY: randomBytes(32).toString('hex'),
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    DATA_DIR: join(home, 'data'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  }
  const entry = 'orchestrator/src/main.ts'
  const first = await server('orchestrator 1', entry, true, 'ORCHESTRATOR_PORT', orchestrator)
  const second = await server('orchestrator 2', entry, true, 'ORCHESTRATOR_PORT', orchestrator)
  const web = await server('web', 'frontend/server/main.ts', true, 'FRONTEND_PORT', { ORCHESTRATOR_URL: first.url })
  const client = await signIn(web.url, await first.ownerCode())
  return { replicas: [first, second], web, tools, client, mood, simulator, metricsToken }
}

function found<T>(service: T | null): T {
  if (service === null) throw new Error('PostgreSQL or Redis cannot be had on this machine')
  return service
}
