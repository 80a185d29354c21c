import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../services/free-port.ts'
import { migratedDatabase, type TestDatabase } from '../test-database.ts'
import { type ApiClient, signIn } from './api-client.ts'
import { bareEnvironment } from './bare-environment.ts'
import { type ServerChild, startServerChild } from './server-child.ts'

export interface ProductOptions {
  /** Absent: an empty one of the kind this run of the suite is for. */
  database?: TestDatabase
  redisUrl?: string | null
  /** An OpenAI-compatible upstream and its model; absent: the offline model. */
  model?: { url: string; name: string }
  /** The orchestrators run as images run them, which must be built (false: from their source, as on a laptop). */
  built?: boolean
  /** How many orchestrators share the database (1). */
  replicas?: number
  /** How many example MCP servers (1). */
  tools?: number
  /** Whether the web app's server runs (true); its page must be built. */
  web?: boolean
  /** More of the environment of the orchestrators. */
  env?: Record<string, string>
  /** More of the environment of the tool servers. */
  toolsEnv?: Record<string, string>
  /** More of the environment of the web app's server. */
  webEnv?: Record<string, string>
}

/** The product's servers, running. */
export interface Product {
  /** The first orchestrator. */
  readonly orchestrator: ServerChild
  readonly replicas: ServerChild[]
  readonly web: ServerChild | null
  readonly tools: ServerChild[]
  /** Where people and tests reach it: the web app, or the orchestrator where there is none. */
  readonly url: string
  /** Signs in as the owner, with a code of the first orchestrator. */
  signIn(): Promise<ApiClient>
  /** Everything the servers wrote, for a failed test's message. */
  logs(): string
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../../../..')
const serviceToken = 'token-of-the-tests-own-tool-servers'

/** Starts the product from its real entry points, on free ports, with directories of its own. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const home = await mkdtemp(join(tmpdir(), 'ai-assistant-product-'))
  const started: ServerChild[] = []
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop('SIGINT')))
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  const keep = async (starting: Promise<ServerChild>) => {
    const server = await starting
    started.push(server)
    return server
  }
  try {
    const tools = await Promise.all(times(options.tools ?? 1, (at) => keep(startTools(home, at, options.toolsEnv))))
    const webPort = await freePort()
    const environment = {
      ...(await orchestratorEnvironment(home, options, tools)),
      PUBLIC_URL: `http://127.0.0.1:${webPort}`,
      ...options.env,
    }
    const script = options.built ? 'orchestrator/dist/main.js' : 'orchestrator/src/main.ts'
    const [orchestrator, ...others] = [
      await keep(startOrchestrator(script, environment, 0)),
      ...(await Promise.all(
        times((options.replicas ?? 1) - 1, (at) => keep(startOrchestrator(script, environment, at + 1))),
      )),
    ]
    if (orchestrator === undefined) throw new Error('no orchestrator')
    const web = options.web === false ? null : await keep(startWeb(webPort, orchestrator, options.webEnv))
    const url = web?.url ?? orchestrator.url
    return {
      orchestrator,
      replicas: [orchestrator, ...others],
      web,
      tools,
      url,
      signIn: async () => signIn(url, await orchestrator.ownerCode()),
      logs: () => started.map((server) => `── ${server.name}\n${server.logs()}`).join('\n'),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function orchestratorEnvironment(home: string, options: ProductOptions, tools: ServerChild[]) {
  const database = options.database ?? (await migratedDatabase())
  return {
    ...bareEnvironment(),
    ENVIRONMENT: 'test',
    ...(database.kind === 'postgres'
      ? { DATABASE_URL: database.url, DATABASE_POOL_SIZE: `${database.poolSize}`, DATA_DIR: join(home, 'data') }
      : { DATA_DIR: database.directory }),
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    ...(options.model === undefined
      ? {}
      : { OPENAI_API_KEY: 'key-of-the-tests', OPENAI_BASE_URL: options.model.url, OPENAI_MODEL: options.model.name }),
    MCP_DISCOVERY_URLS: tools.map((server) => server.url).join(','),
    MCP_SERVICE_TOKEN: serviceToken,
    ...options.env,
  }
}

async function startOrchestrator(
  script: string,
  environment: Record<string, string>,
  at: number,
): Promise<ServerChild> {
  const port = await freePort()
  return startServerChild({
    name: at === 0 ? 'orchestrator' : `orchestrator ${at + 1}`,
    script: join(root, script),
    cwd: root,
    env: { ...environment, HOST: '127.0.0.1', ORCHESTRATOR_PORT: `${port}` },
    port,
    announces: true,
  })
}

async function startTools(home: string, at: number, env: Record<string, string> = {}): Promise<ServerChild> {
  const port = await freePort()
  return startServerChild({
    name: `tools ${at + 1}`,
    script: join(root, 'mcp_servers/example/src/main.ts'),
    cwd: root,
    env: {
      ...bareEnvironment(),
      HOST: '127.0.0.1',
      MCP_EXAMPLE_PORT: `${port}`,
      MCP_SERVICE_TOKEN: serviceToken,
      DATA_DIR: join(home, `tools-${at}`),
      ...env,
    },
    port,
    announces: false,
  })
}

async function startWeb(
  port: number,
  orchestrator: ServerChild,
  env: Record<string, string> = {},
): Promise<ServerChild> {
  return startServerChild({
    name: 'web',
    script: join(root, 'frontend/server/main.ts'),
    cwd: root,
    env: {
      ...bareEnvironment(),
      HOST: '127.0.0.1',
      FRONTEND_PORT: `${port}`,
      ORCHESTRATOR_URL: orchestrator.url,
      ...env,
    },
    port,
    announces: true,
  })
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}
