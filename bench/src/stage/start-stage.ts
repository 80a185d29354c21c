import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setup as buildWebApp } from '@ai-assistant/system-tests/build-web-app'
import { bareEnvironment } from '@ai-assistant/system-tests/product/bare-environment'
import { type ServerChild, startServerChild } from '@ai-assistant/system-tests/product/server-child'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { type PostgresServer, startPostgres } from '@ai-assistant/system-tests/services/postgres'
import { buildServer } from '../../../orchestrator/build.ts'
import { type LoadClient, startClient } from '../load/start-client.ts'
import { makePersons, type Person } from './make-persons.ts'
import { startNginx } from './nginx.ts'
import type { Peer } from './peer.ts'
import { listPeers } from './list-peers.ts'

/** All that is measured and what it stands on, each in a process of its own. */
export interface Stage {
  client: LoadClient
  peers: Peer[]
  orchestrator: ServerChild
  relay: ServerChild
  persons: Person[]
  databaseUrl: string
  postgresPid: number
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../../..')

/** Enough that nobody's own locks are what is measured, nor the counting of hundreds of questions an hour of one person. */
const PERSONS = 2000

type Close = () => unknown

/** @param profile a folder for CPU profiles of the product's servers */
export async function startStage(profile: string | null = null): Promise<Stage> {
  const opened: Close[] = []
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close()
  }
  try {
    return { ...(await open(opened, profile)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(opened: Close[], profile: string | null): Promise<Omit<Stage, 'stop'>> {
  // As images run it.
  await Promise.all([buildServer(), buildWebApp()])
  const home = await mkdtemp(join(tmpdir(), 'ai-assistant-bench-'))
  opened.push(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))
  const postgres = await openPostgres()
  opened.push(() => postgres.stop())
  const databaseUrl = await postgres.createDatabase()
  const start = starter(opened, profile)
  const env = { ...bareEnvironment(), HOST: '127.0.0.1' }
  const ports = {
    upstream: await freePort(),
    pipe: await freePort(),
    relay: await freePort(),
    orchestrator: await freePort(),
    web: await freePort(),
  }
  const upstream = await start(
    'upstream',
    'bench/src/stage/upstream-main.ts',
    [`${ports.upstream}`],
    env,
    ports.upstream,
  )
  const model = `${upstream.url}/v1`
  const pipe = await start('pipe', 'bench/src/stage/pipe-main.ts', [`${ports.pipe}`, model], env, ports.pipe)
  const token = randomBytes(16).toString('hex')
  const relay = await start(
    'relay',
    'bench/src/stage/relay-main.ts',
    [`${ports.relay}`, model, token],
    env,
    ports.relay,
  )
  const secretKey = randomBytes(32).toString('hex')
  const settings = {
    ...env,
    ...productSettings({ home, databaseUrl, model, secretKey, ports }),
    ...(profile !== null && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }),
  }
  const orchestrator = await start('orchestrator', 'orchestrator/dist/main.js', [], settings, ports.orchestrator)
  const web = await start('web', 'frontend/server/main.ts', [], settings, ports.web)
  const nginx = await startNginx(home, upstream.port)
  if (nginx !== null) opened.push(() => nginx.stop())
  const persons = await makePersons(databaseUrl, secretKey, PERSONS)
  const client = startClient()
  opened.push(() => client.close())
  const postgresPid = postgres.pid
  const peers = listPeers({ upstream, nginx, pipe, relay, token, orchestrator, web, persons, postgresPid })
  return { client, peers, orchestrator, relay, persons, databaseUrl, postgresPid }
}

function starter(opened: Close[], profile: string | null) {
  return async (name: string, script: string, args: string[], env: Record<string, string>, port: number) => {
    const path = join(root, script)
    const child = await startServerChild({ name, script: path, args, cwd: root, env, port, announces: true })
    // A profile is written by a server that ends by itself.
    opened.push(() => (profile === null ? child.kill() : child.stop()))
    return child
  }
}

async function openPostgres(): Promise<PostgresServer> {
  // No checkpoint in mid-run: it would fall on one peer and not on the next. A new database makes its log's files while it
  // works, filling each with zeros for some 50 ms, where one that has run for a day takes its old ones again.
  const settings = { shared_buffers: '256MB', max_wal_size: '4GB', wal_init_zero: 'off' }
  const postgres = await startPostgres({ version: 'embedded', fsync: true, settings })
  if (postgres === null) throw new Error('PostgreSQL cannot be had on this machine')
  return postgres
}

function productSettings(parts: {
  home: string
  databaseUrl: string
  model: string
  secretKey: string
  ports: { orchestrator: number; web: number }
}): Record<string, string> {
  return {
    ENVIRONMENT: 'test',
    DATA_DIR: join(parts.home, 'data'),
    DATABASE_URL: parts.databaseUrl,
    OPENAI_API_KEY: 'key-of-the-bench',
    OPENAI_BASE_URL: parts.model,
    OPENAI_MODEL: 'sim',
    SECRET_KEY: parts.secretKey,
    JWT_SECRET_KEY: randomBytes(32).toString('hex'),
    ORCHESTRATOR_PORT: `${parts.ports.orchestrator}`,
    ORCHESTRATOR_URL: `http://127.0.0.1:${parts.ports.orchestrator}`,
    FRONTEND_PORT: `${parts.ports.web}`,
    // Counted as ever, and out of reach: a load test is nobody's conversation.
    RATE_LIMIT_PER_MINUTE: '100000',
    RATE_LIMIT_PER_HOUR: '1000000',
    RATE_LIMIT_RUNNING_ANSWERS: '1000000',
    RATE_LIMIT_READS_PER_MINUTE: '1000000',
    RATE_LIMIT_WRITES_PER_MINUTE: '1000000',
    RATE_LIMIT_SIGN_INS_PER_MINUTE: '1000000',
    RATE_LIMIT_OPEN_STREAMS: '1000000',
    RATE_LIMIT_LARGE_BODIES: '1000000',
  }
}
