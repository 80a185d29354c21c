import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareEnvironment } from '../../system/src/product/bare-environment.ts'
import { type Product, startProduct } from '../../system/src/product/start-product.ts'
import { type PostgresServer, startPostgres } from '../../system/src/services/postgres.ts'
import { type RedisServer, startRedis } from '../../system/src/services/redis.ts'
import { root } from '../src/render.ts'
import { tryRun } from '../src/run.ts'

let postgres: PostgresServer
let redis: RedisServer
let product: Product
let healthy: Record<string, string>

beforeAll(async () => {
  const [database, cache] = await Promise.all([startPostgres({ version: 'debian' }), startRedis()])
  if (database === null || cache === null) throw new Error("Debian's PostgreSQL or Redis cannot be installed here")
  postgres = database
  redis = cache
  const url = await postgres.createDatabase()
  const secrets = {
    SECRET_KEY: 'a-key-of-the-doctors-tests-3f9b1c7d5e',
    JWT_SECRET_KEY: 'another-key-of-the-doctors-tests-8a2',
  }
  product = await startProduct({
    database: { kind: 'postgres', url, poolSize: 2, maxOverflow: 2 },
    redisUrl: redis.url,
    web: false,
    env: secrets,
  })
  await product.signIn()
  healthy = {
    ...bareEnvironment(),
    ...secrets,
    ENVIRONMENT: 'test',
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: '2',
    DATABASE_MAX_OVERFLOW: '2',
    REDIS_URL: redis.url,
    MCP_DISCOVERY_URLS: product.tools.map((server) => server.url).join(','),
    MCP_SERVICE_TOKEN: 'token-of-the-tests-own-tool-servers',
    PUBLIC_URL: 'http://127.0.0.1',
  }
  await redis.ask('CONFIG SET maxmemory 100mb')
  await redis.ask('CONFIG SET maxmemory-policy allkeys-lru')
})

afterAll(async () => {
  await product.stop()
  await Promise.all([postgres.stop(), redis.stop()])
})

async function doctor(env: Record<string, string>, ...args: string[]) {
  return tryRun(process.execPath, [join(root, 'scripts/doctor.ts'), ...args], { env: { ...healthy, ...env } })
}

test('a system that is well is told to be, its stream measured', async () => {
  const { code, stdout } = await doctor({}, '--url', product.url, '--replicas', '2', '--grace-period', '45')
  for (const check of [
    'Secrets',
    'Connections',
    'Clock',
    'Migrations',
    'Streaming',
    'Redis',
    'Tool servers',
    'Grace period',
  ]) {
    expect(stdout, check).toMatch(new RegExp(`^✓ ${check}`, 'm'))
  }
  // The tests' own role is the server's superuser.
  expect(stdout).toMatch(/^! Database .* superuser/m)
  expect(code).toBe(0)
  const client = await product.signIn()
  expect((await client.conversations()).items).toEqual([])
})

test('a proxy that buffers is found by measuring', async () => {
  const proxy = await startBufferingProxy(product.url)
  try {
    const { code, stdout } = await doctor({}, '--url', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
    expect(stdout).toMatch(/^✗ Streaming/m)
    expect(stdout).toContain('proxy_buffering off')
    expect(code).toBe(1)
  } finally {
    proxy.close()
  }
})

test.each([
  ['weak secrets', { SECRET_KEY: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }, [], /^! Secrets +SECRET_KEY repeats/m],
  ['equal secrets', { JWT_SECRET_KEY: 'a-key-of-the-doctors-tests-3f9b1c7d5e' }, [], /JWT_SECRET_KEY is the same/],
  ['pools that do not fit', { DATABASE_POOL_SIZE: '30' }, ['--replicas', '5'], /^✗ Connections/m],
  ['too short a grace period', {}, ['--grace-period', '20'], /^✗ Grace period/m],
  ['an unreachable tool server', { MCP_DISCOVERY_URLS: 'http://127.0.0.1:9' }, [], /^✗ Tool servers/m],
  ['a wrong service token', { MCP_SERVICE_TOKEN: 'not-the-token-of-the-server' }, [], /^✗ Tool servers/m],
  ['a Redis that is away', { REDIS_URL: 'redis://127.0.0.1:9' }, [], /^✗ Redis/m],
  ['a database that is away', { DATABASE_URL: 'postgresql://a:b@127.0.0.1:9/c' }, [], /^✗ Database/m],
  ['a published placeholder', { OPENAI_API_KEY: 'sk-...' }, [], /^! Configuration +OPENAI_API_KEY/m],
  ['an invalid variable', { OPENAI_TEMPERATURE: 'hot' }, [], /^✗ Configuration +OPENAI_TEMPERATURE/m],
])('%s is found, with what to do', async (_name, env, args, found) => {
  const { code, stdout } = await doctor(env, ...args)
  expect(stdout).toMatch(found)
  const line = stdout.split('\n').findIndex((one) => found.test(one))
  expect(stdout.split('\n')[line + 1]).toMatch(/^ +→ \S/)
  expect(code).toBe(found.source.includes('✗') ? 1 : 0)
})

test('an eviction policy that stops writes is found', async () => {
  await redis.ask('CONFIG SET maxmemory-policy noeviction')
  try {
    expect((await doctor({})).stdout).toMatch(/^! Redis .*noeviction/m)
  } finally {
    await redis.ask('CONFIG SET maxmemory-policy allkeys-lru')
  }
})

test('pending migrations are found, on a database that has none', async () => {
  const { code, stdout } = await doctor({ DATABASE_URL: await postgres.createDatabase() })
  expect(stdout).toMatch(/^✗ Migrations +pending: foundation/m)
  expect(code).toBe(1)
})

test('a pooler is looked through and past: both ways must lead to the same database', async () => {
  const same = await doctor({ DATABASE_POOLER_URL: healthy['DATABASE_URL'] ?? '' })
  expect(same.stdout).toMatch(/^✓ Connections +a pooler decides/m)
  const other = await doctor({ DATABASE_POOLER_URL: await postgres.createDatabase() })
  expect(other.stdout).toMatch(/^✗ Database +DATABASE_POOLER_URL leads to another database/m)
  const away = await doctor({
    DATABASE_URL: 'postgresql://a:b@127.0.0.1:9/c',
    DATABASE_POOLER_URL: healthy['DATABASE_URL'] ?? '',
  })
  expect(away.stdout).toMatch(/^✗ Database +it answers one way alone/m)
  expect([same.code, other.code, away.code]).toEqual([0, 1, 1])
})

test('the checklist is printed with what was found beside its boxes', async () => {
  const { stdout } = await doctor({}, '--checklist', '--replicas', '2', '--grace-period', '45')
  expect(stdout.match(/^\[[ ✓!✗]\] /gm)?.length).toBe(37)
  expect(stdout).toMatch(/^\[✓\] Connection pooling is configured\n {4}✓ Connections: 2 \+ 1 orchestrators/m)
})

/** Gives an answer out when it has all of it, as nginx does with `proxy_buffering on` and a large enough buffer. */
async function startBufferingProxy(target: string): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming
    const asked = request(`${target}${url}`, { ...(method === undefined ? {} : { method }), headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(chunks)))
    })
    incoming.pipe(asked)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return proxy
}
