import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { variableList } from '../../../orchestrator/src/config/env.ts'
import { type KubeObject, podsOf, readObjects } from '../src/kube-object.ts'
import { helmTemplate, kustomize, root } from '../src/render.ts'

/** Set by the Deployments themselves: where a container listens and keeps things is not for people to change. */
const fixed = ['HOST', 'ORCHESTRATOR_PORT', 'FRONTEND_PORT', 'ORCHESTRATOR_URL', 'DATA_DIR']
const all = variableList.map(([name]) => name as string)
const secret = variableList.filter(([, variable]) => variable.secret).map(([name]) => name as string)
const plain = all.filter((name) => !secret.includes(name) && !fixed.includes(name))
/** Of the example MCP server, of the images and of what they stand on. */
const foreign = /^(MCP_EXAMPLE_|MCP_ALLOWED_HOSTS|POSTGRES_|PG|REDISCLI_AUTH|APP_ROLE|NAMESPACE|NODE_EXTRA_CA_CERTS)/

test.each([
  ['the kustomize base', () => kustomize('k8s/overlays/production')],
  ['the chart', () => helmTemplate()],
])('%s sets every variable that is no secret, and none that nobody reads', async (_name, render) => {
  const objects = readObjects(await render())
  const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'ai-assistant-config')
  expect(Object.keys(config?.data ?? {}).toSorted()).toEqual(plain.toSorted())
  expect(unread(objects)).toEqual([])
  expect(
    missingIn(
      orchestrator(objects),
      fixed.filter((name) => !/FRONTEND|_URL/.test(name)),
    ),
  ).toEqual([])
})

test('the chart has a value for every secret variable', async () => {
  const external = ['--set', 'postgresql.enabled=false', '--set', 'externalDatabase.url=postgresql://a:b@db:5432/c']
  const redis = ['--set', 'redis.enabled=false', '--set', 'externalRedis.url=redis://redis:6379/0']
  const objects = readObjects(await helmTemplate(...external, ...redis))
  const given = objects.filter(({ kind }) => kind === 'Secret').flatMap(({ data }) => Object.keys(data ?? {}))
  // The chart's own Redis, and a password in an external one's address, are given in other ways.
  expect([...given, 'REDIS_PASSWORD'].toSorted()).toEqual(secret.toSorted())
})

test('Compose sets no variable that nobody reads', () => {
  const file = join(root, 'docker-compose.yml')
  expect(existsSync(file), 'docker-compose.yml').toBe(true)
  const environment = z.union([z.record(z.string(), z.unknown()), z.array(z.string())])
  const { services } = z
    .object({ services: z.record(z.string(), z.looseObject({ environment: environment.optional() })) })
    .parse(parse(readFileSync(file, 'utf8'), { merge: true }))
  for (const name of ['orchestrator', 'frontend']) {
    const given = services[name]?.environment ?? {}
    const names = Array.isArray(given) ? given.map((line) => line.split('=')[0] ?? '') : Object.keys(given)
    expect(
      names.map((one) => one.replace(/_FILE$/, '')).filter((one) => !known(one)),
      name,
    ).toEqual([])
  }
})

test.each(['.env.example', 'docs/configuration.md'])('%s names every variable', (name) => {
  const text = readFileSync(join(root, name), 'utf8')
  const named = new Set(text.match(/\b[A-Z][A-Z0-9_]+\b/g))
  expect(all.filter((variable) => !named.has(variable))).toEqual([])
})

test('the documentation of deploying names no variable that nobody reads', () => {
  const text = ['deployment', 'production-checklist']
    .map((name) => readFileSync(join(root, `docs/${name}.md`), 'utf8'))
    .join('\n')
  const ours = /^(DATABASE|REDIS|OPENAI|MCP|RATE_LIMIT|SECRET|JWT|METRICS|BACKUP|S3|OTEL|JAEGER|VECTOR|PUBLIC|TRUSTED)_/
  const named = [...new Set(text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g))].filter((one) => ours.test(one))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((one) => !known(one.replace(/_FILE$/, '')))).toEqual([])
})

function known(name: string): boolean {
  return all.includes(name) || foreign.test(name)
}

function orchestrator(objects: KubeObject[]): string[] {
  const pod = podsOf(objects).find(({ kind, name }) => kind === 'Deployment' && name.endsWith('orchestrator'))
  return pod?.spec.containers.flatMap(({ env }) => env.map(({ name }) => name)) ?? []
}

function missingIn(names: string[], wanted: string[]): string[] {
  return wanted.filter((name) => !names.includes(name))
}

function unread(objects: KubeObject[]): string[] {
  return podsOf(objects).flatMap(({ name, spec }) =>
    [...spec.initContainers, ...spec.containers]
      .flatMap(({ env }) => env.map((one) => one.name))
      .filter((one) => !known(one))
      .map((one) => `${name}: ${one}`),
  )
}
