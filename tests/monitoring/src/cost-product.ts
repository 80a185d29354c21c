import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { must, type Tally } from '@ai-assistant/deploy-tests/tally'
import { startModelSimulator } from '@ai-assistant/simulators/model-simulator'
import { startTraceCollector } from '@ai-assistant/simulators/trace-collector'
import { type ApiClient, signIn } from '@ai-assistant/system-tests/product/api-client'
import { bareEnvironment } from '@ai-assistant/system-tests/product/bare-environment'
import { readAnswer } from '@ai-assistant/system-tests/product/read-answer'
import { type ServerChild, startServerChild } from '@ai-assistant/system-tests/product/server-child'
import { freePort } from '@ai-assistant/system-tests/services/free-port'
import { type PostgresServer, startPostgres } from '@ai-assistant/system-tests/services/postgres'

const root = resolve(import.meta.dirname, '../../..')
const TOKENS = 200
const ROUNDS = 8
const ANSWERS = 24

interface Side {
  name: string
  server: ServerChild
  client: ApiClient
  seconds: number[]
}

/**
 * What traces cost the whole orchestrator: two of them, one that records every answer and one that records none, asked in
 * turns, so that whatever else the machine does meets both. Linux alone tells what another process has used.
 */
export async function costOfTraces(tally: Tally): Promise<void> {
  const closers: (() => Promise<unknown>)[] = []
  try {
    const home = await mkdtemp(join(tmpdir(), 'ai-assistant-cost-'))
    closers.push(() => rm(home, { recursive: true, force: true, maxRetries: 5 }))
    const postgres = await startPostgres({ version: 'embedded' })
    if (postgres === null) throw new Error('PostgreSQL cannot be had on this machine')
    closers.push(() => postgres.stop())
    const simulator = await startModelSimulator()
    closers.push(() => simulator.close())
    const collector = await startTraceCollector()
    closers.push(() => collector.close())
    const tracing = { on: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, off: {} }
    const sides: Side[] = []
    for (const [name, env] of Object.entries(tracing)) {
      const side = await startSide(name, { home, postgres, env: { ...env, OPENAI_BASE_URL: simulator.url } })
      closers.push(() => side.server.kill())
      sides.push(side)
    }
    await tally.check('traces on beside off, in a whole orchestrator', () => compare(sides))
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

async function startSide(
  name: string,
  { home, postgres, env }: { home: string; postgres: PostgresServer; env: Record<string, string> },
): Promise<Side> {
  const port = await freePort()
  const server = await startServerChild({
    name: `traces ${name}`,
    script: join(root, 'orchestrator/src/main.ts'),
    cwd: root,
    env: {
      ...bareEnvironment(),
      ENVIRONMENT: 'test',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ORCHESTRATOR_PORT: `${port}`,
      DATABASE_URL: await postgres.createDatabase(),
      DATA_DIR: join(home, name),
      OPENAI_API_KEY: 'key-of-the-trial',
      OPENAI_MODEL: `sim-ttft1-itl2-len${TOKENS}`,
      RATE_LIMIT_ENABLED: 'false',
      SECRET_KEY: randomBytes(32).toString('hex'),
      ...env,
    },
    port,
    announces: true,
  })
  return { name, server, client: await signIn(server.url, await server.ownerCode()), seconds: [] }
}

async function compare(sides: Side[]): Promise<string> {
  // The first two warm up.
  for (let round = -2; round < ROUNDS; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const before = await processorSeconds(side.server.pid)
      await Promise.all(Array.from({ length: ANSWERS }, () => answer(side.client)))
      const used = (await processorSeconds(side.server.pid)) - before
      if (round >= 0) side.seconds.push(used / ANSWERS)
    }
  }
  const [on = 0, off = 0] = sides.map(({ seconds }) => median(seconds))
  must(off > 0, 'nothing was measured')
  const micros = (seconds: number): string => `${((seconds * 1e6) / TOKENS).toFixed(1)} µs`
  return (
    `an answer of ${TOKENS} tokens takes ${(off * 1000).toFixed(1)} ms of the processor without and ${(on * 1000).toFixed(1)} ms with, ` +
    `${(on / off).toFixed(3)} times; a token ${micros(off)} and ${micros(on)}`
  )
}

async function answer(client: ApiClient): Promise<void> {
  const { runId } = await client.send({ text: 'Count' })
  const { finish } = await readAnswer(client, runId)
  must(finish.state === 'complete', `an answer ended as ${finish.state}`)
}

/** In hundredths of a second, as Linux counts. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) / 100
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}
