import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readObjects } from '../src/kube-object.ts'
import { chart, helmTemplate, needed, root, validate } from '../src/render.ts'
import { faultsOf } from '../src/rules.ts'
import { run, tryRun } from '../src/run.ts'

const connections = [
  { from: 'frontend', to: 'orchestrator', port: 8000 },
  { from: 'orchestrator', to: 'postgresql', port: 5432 },
  { from: 'orchestrator', to: 'redis', port: 6379 },
  { from: 'orchestrator', to: 'mcp-example', port: 8001 },
  { from: 'migrate', to: 'postgresql', port: 5432 },
  { from: 'postgres-backup', to: 'postgresql', port: 5432 },
  { from: 'doctor', to: 'frontend', port: 5000 },
  { from: 'doctor', to: 'postgresql', port: 5432 },
  { from: 'doctor', to: 'redis', port: 6379 },
  { from: 'doctor', to: 'mcp-example', port: 8001 },
]
const own = {
  'ai-assistant-own-secrets': ['SECRET_KEY', 'JWT_SECRET_KEY', 'METRICS_TOKEN', 'MCP_SERVICE_TOKEN'],
  'ai-assistant-database': ['DATABASE_URL'],
  'ai-assistant-redis': ['REDIS_URL'],
}
const sets = [
  { name: 'default', args: [], expected: { secrets: {}, connections } },
  { name: 'external', args: file('external'), expected: { secrets: own, connections } },
  { name: 'high-availability', args: file('high-availability'), expected: { secrets: {}, connections } },
  { name: 'minimal', args: file('minimal'), expected: { secrets: {}, connections: null } },
]

const documentSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z.unknown().optional(),
})

function file(name: string): string[] {
  return ['--values', join(chart, `ci/${name}-values.yaml`)]
}

test.each(sets)('the $name values lint, render, and are valid, confined and complete', async ({ args, expected }) => {
  const linted = await run(needed('helm'), ['lint', '--strict', chart, ...args])
  expect(linted).toContain('0 chart(s) failed')
  const yaml = await helmTemplate(...args)
  const { faults } = await validate(yaml)
  expect(faults).toEqual([])
  expect(faultsOf(yaml, expected)).toEqual([])
})

test('the Ingress takes bodies as large as the servers do, unless its annotation says otherwise', async () => {
  const shown = ['--show-only', 'templates/ingress.yaml', '--set', 'config.uploadMaxBytes=20971520']
  expect(await helmTemplate(...shown)).toContain('proxy-body-size: "20971520"')
  const annotation = 'ingress.annotations.nginx\\.ingress\\.kubernetes\\.io/proxy-body-size=1m'
  expect(await helmTemplate(...shown, '--set', annotation)).toContain('proxy-body-size: 1m')
})

test('rules and dashboards are what Compose has, for a Prometheus with and without the operator', async () => {
  const args = [
    '--set',
    'monitoring.enabled=true,monitoring.prometheusRule=true',
    '--show-only',
    'templates/monitoring.yaml',
  ]
  const yaml = await helmTemplate(...args)
  expect((await validate(yaml)).faults).toEqual([])
  const documents = yaml.split(/^---$/m).map((text) => documentSchema.nullable().parse(parse(text)))
  const named = (kind: string, name: string) =>
    documents.find((one) => one?.kind === kind && one.metadata.name.endsWith(name))
  for (const name of ['slos', 'alerts', 'backups']) {
    const text = readFileSync(join(root, `monitoring/rules/${name}.yml`), 'utf8')
    expect(named('ConfigMap', '-rules')?.data?.[`${name}.yml`]).toBe(text)
    expect(named('PrometheusRule', `-${name}`)?.spec).toEqual(parse(text))
  }
  const overview = readFileSync(join(root, 'monitoring/grafana/dashboards/overview.json'), 'utf8')
  expect(named('ConfigMap', '-dashboards')?.data?.['overview.json']).toBe(overview)
})

test('what is generated from the values is committed as it would be generated', async () => {
  const generator = join(import.meta.dirname, '../src/generate-chart.ts')
  const { code, stderr } = await tryRun(process.execPath, [generator, '--check'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test.each([
  ['orchestrator.replicas=3', /additional properties 'replicas' not allowed/],
  ['config.openai.temprature=1', /additional properties 'temprature' not allowed/],
  ['nonsense=1', /additional properties 'nonsense' not allowed/],
  ['config.openai.temperature=3', /maximum/],
  ['config.environment=prod', /value must be one of/],
  ['orchestrator.autoscaling.maxReplicas=20', /The database allows 200 connections, and 20 orchestrators/],
  ['postgresql.enabled=false', /set externalDatabase.url/],
  ['redis.enabled=false', /Several orchestrators need Redis/],
  ['orchestrator.terminationGracePeriodSeconds=20', /minimum/],
])('%s is refused with what to do', async (value, reason) => {
  const { code, stderr } = await tryRun(needed('helm'), ['template', 'ai-assistant', chart, '--set', value])
  expect(code).not.toBe(0)
  expect(stderr).toMatch(reason)
})

test('behind a pooler the replicas are not bound by the connections of the database, and may reach it', async () => {
  const external = ['--set', 'postgresql.enabled=false', '--set', 'externalDatabase.url=postgresql://a:b@db:5432/c']
  const pooler = ['--set', 'externalDatabase.poolerUrl=postgresql://a:b@pooler:6432/c']
  const many = ['--set', 'orchestrator.autoscaling.maxReplicas=20']
  await expect(helmTemplate(...external, ...many)).rejects.toThrow('The database allows 200 connections')
  const rendered = await helmTemplate(...external, ...many, ...pooler)
  expect(secretsOf(rendered)['DATABASE_POOLER_URL']).toBe('postgresql://a:b@pooler:6432/c')
  expect(rendered).toContain('- port: 6432')
  expect(await helmTemplate(...external)).not.toContain('- port: 6432')
})

test('secrets are other ones in each installation, and none is one that is published', async () => {
  const one = secretsOf(await helmTemplate())
  const two = secretsOf(await helmTemplate())
  for (const key of [
    'SECRET_KEY',
    'JWT_SECRET_KEY',
    'METRICS_TOKEN',
    'MCP_SERVICE_TOKEN',
    'password',
    'redis-password',
  ]) {
    expect(one[key]?.length, key).toBeGreaterThanOrEqual(64)
    expect(one[key], key).not.toBe(two[key])
  }
  expect(one['SECRET_KEY']).not.toBe(one['JWT_SECRET_KEY'])
})

test('an upgrade keeps every secret that the cluster has, and makes those it lacks', async () => {
  const kept = { SECRET_KEY: 'as it was', OPENAI_API_KEY: 'set by hand', password: 'of the database' }
  const asked: string[] = []
  const cluster = createServer((request, response) => {
    asked.push(request.url ?? '')
    const known: Record<string, unknown> = {
      '/version': { major: '1', minor: '34', gitVersion: 'v1.34.2' },
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
      '/api/v1': {
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [{ name: 'secrets', namespaced: true, kind: 'Secret', verbs: ['get', 'list'] }],
      },
    }
    const path = (request.url ?? '').split('?')[0] ?? ''
    const name = /secrets\/(.+)$/.exec(path)?.[1]
    const data = Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, btoa(value)]))
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(name === undefined ? known[path] : secret))
  })
  await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve))
  const { port } = cluster.address() as AddressInfo
  try {
    const server = ['--dry-run=server', '--kube-apiserver', `http://127.0.0.1:${port}`]
    const secrets = secretsOf(await helmTemplate(...server))
    expect(asked.filter((url) => url.includes('/secrets/')).length).toBe(3)
    expect(secrets).toMatchObject(kept)
    expect(secrets['JWT_SECRET_KEY']?.length).toBe(64)
    const given = secretsOf(await helmTemplate(...server, '--set', 'secrets.openaiApiKey=sk-new'))
    expect(given).toMatchObject({ ...kept, OPENAI_API_KEY: 'sk-new' })
  } finally {
    cluster.close()
    cluster.closeAllConnections()
  }
})

test('chart, images and overlays name the version of the product', () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
  expect(parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))).toMatchObject({ appVersion: version })
  for (const overlay of ['production', 'staging']) {
    const { images } = z
      .object({ images: z.array(z.object({ newTag: z.string() })) })
      .parse(parse(readFileSync(join(root, `k8s/overlays/${overlay}/kustomization.yaml`), 'utf8')))
    expect(images.map(({ newTag }) => newTag)).toEqual([version, version, version])
  }
})

function secretsOf(yaml: string): Record<string, string> {
  const secrets = readObjects(yaml).filter(({ kind }) => kind === 'Secret')
  return Object.fromEntries(
    secrets.flatMap(({ data }) => Object.entries(data ?? {})).map(([key, value]) => [key, atob(value)]),
  )
}
