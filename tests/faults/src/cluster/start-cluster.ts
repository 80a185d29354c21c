import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bareEnvironment } from '@ai-assistant/system-tests/product/bare-environment'
import { type ServerChild, startServerChild } from '@ai-assistant/system-tests/product/server-child'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { type PostgresServer, startPostgres } from '@ai-assistant/system-tests/services/postgres'
import { type RedisServer, startRedis } from '@ai-assistant/system-tests/services/redis'
import { type Balancer, startBalancer } from './balancer.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import { makeSmallDisk, type SmallDisk } from './small-disk.ts'
import { withDatabase } from './ask-database.ts'
import { copyOrchestrator } from './orchestrator-copy.ts'
import { startToolServer, type ToolServer } from './tool-server.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** The product's orchestrators and all they depend on, each dependency behind a wire that can be cut. */
export interface Cluster {
  replicas: ServerChild[]
  balancer: Balancer
  postgres: PostgresServer
  /** Of the superuser, on the product's database, past the proxy. */
  databaseUrl: string
  /** Where the database's tables are; null where no disk of their own could be made. */
  disk: SmallDisk | null
  redis: RedisServer
  upstream: Upstream
  tools: ToolServer
  wires: { postgres: FaultProxy; redis: FaultProxy; upstream: FaultProxy; tools: FaultProxy }
  secretKey: string
  stop(): Promise<void>
}

export interface ClusterOptions {
  replicas: number
  /** Whether the database has a disk of its own that can be filled, where that is possible (yes). */
  smallDisk?: boolean
  /** Changes the copy of the orchestrator that is about to be run. */
  breakCopy?: (folder: string) => Promise<void>
}

const root = resolve(import.meta.dirname, '../../../..')

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const home = await mkdtemp(join(tmpdir(), 'ai-assistant-faults-'))
  const opened: (() => Promise<unknown>)[] = [() => rm(home, { recursive: true, force: true, maxRetries: 5 })]
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  const keep = <T>(value: T, close: (value: T) => Promise<unknown>): T => {
    opened.push(() => close(value))
    return value
  }
  try {
    return { ...(await open(options, home, keep)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Keep = <T>(value: T, close: (value: T) => Promise<unknown>) => T

async function open(options: ClusterOptions, home: string, keep: Keep): Promise<Omit<Cluster, 'stop'>> {
  const { folder, entry } = await copyOrchestrator(root, home)
  await options.breakCopy?.(folder)
  const wanted = options.smallDisk ?? true
  const disk = keep(wanted ? await makeSmallDisk(home) : null, async (each) => each?.remove())
  const postgres = keep(found(await startPostgres({ version: 'embedded', fsync: true })), (each) => each.stop())
  const redis = keep(found(await startRedis()), (each) => each.stop())
  const upstream = keep(await startUpstream(), (each) => each.simulator.close())
  const tools = keep(await startToolServer(), (each) => each.close())
  const databaseUrl = await postgres.createDatabase()
  if (disk !== null) await moveDatabase(postgres.url, databaseUrl, disk)
  const wire = async (port: number): Promise<FaultProxy> => keep(await startFaultProxy(port), (each) => each.close())
  const wires = {
    postgres: await wire(Number(new URL(databaseUrl).port)),
    redis: await wire(Number(new URL(redis.url).port)),
    upstream: await wire(upstream.simulator.port),
    tools: await wire(tools.port),
  }
  const secretKey = randomBytes(32).toString('hex')
  const env = {
    ...bareEnvironment(),
    ENVIRONMENT: 'test',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    DATABASE_URL: through(databaseUrl, wires.postgres),
    DATABASE_POOL_SIZE: '4',
    DATABASE_MAX_OVERFLOW: '8',
    REDIS_URL: through(redis.url, wires.redis),
    OPENAI_API_KEY: 'key-of-the-lab',
    OPENAI_BASE_URL: `http://127.0.0.1:${wires.upstream.port}/v1`,
    OPENAI_MODEL: 'sim-lab',
    MCP_DISCOVERY_URLS: `http://127.0.0.1:${wires.tools.port}`,
    RATE_LIMIT_ENABLED: 'false',
    SECRET_KEY: secretKey,
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    DATA_DIR: join(home, 'data'),
    // Starting again is what the lab does most.
    NODE_COMPILE_CACHE: join(home, 'compiled'),
  }
  const replicas: ServerChild[] = []
  for (let at = 1; at <= options.replicas; at++) {
    const port = await freePort()
    const replica = await startServerChild({
      name: `replica ${at}`,
      script: entry,
      cwd: folder,
      announces: true,
      env: { ...env, ORCHESTRATOR_PORT: `${port}` },
      port,
    })
    replicas.push(keep(replica, (each) => each.kill()))
  }
  const balancer = keep(await startBalancer(replicas.map((replica) => replica.port)), (each) => each.close())
  return { replicas, balancer, postgres, databaseUrl, disk, redis, upstream, tools, wires, secretKey }
}

/** Puts the empty database's tables on the disk. */
async function moveDatabase(adminUrl: string, databaseUrl: string, disk: SmallDisk): Promise<void> {
  await withDatabase(adminUrl, async (client) => {
    await client.query(`create tablespace small location '${disk.path}'`)
    await client.query(`alter database ${new URL(databaseUrl).pathname.slice(1)} set tablespace small`)
  })
}

function found<T>(service: T | null): T {
  if (service === null) throw new Error('PostgreSQL or Redis cannot be had on this machine')
  return service
}

/** The same address, by way of the proxy. */
function through(url: string, proxy: FaultProxy): string {
  return url.replace(/:\d+(?=\/|$)/, `:${proxy.port}`)
}
