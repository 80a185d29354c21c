import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { variableList } from '../../../orchestrator/src/config/env.ts'
import { loadConfig } from '../../../orchestrator/src/config/load-config.ts'
import { root } from '../src/render.ts'
import { run, tryRun } from '../src/run.ts'

const script = join(root, 'k8s/base/make-secrets.mjs')

test('makes every secret once, and adds only what is missing', async () => {
  const cluster = await startCluster()
  await run(process.execPath, [script], { env: cluster.env })
  const first = structuredClone(cluster.secrets)
  expect(Object.keys(first).toSorted()).toEqual(['ai-assistant-secrets', 'postgres-secret', 'redis-secret'])
  const own = first['ai-assistant-secrets'] ?? {}
  expect(own['DATABASE_URL']).toContain(`:${first['postgres-secret']?.['app-password']}@postgres:5432/`)

  await run(process.execPath, [script], { env: cluster.env })
  expect(cluster.secrets).toEqual(first)

  delete own['METRICS_TOKEN']
  cluster.secrets['ai-assistant-secrets'] = { ...own, OPENAI_API_KEY: 'sk-of-mine' }
  await run(process.execPath, [script], { env: cluster.env })
  expect(cluster.secrets['ai-assistant-secrets']).toMatchObject({ ...own, OPENAI_API_KEY: 'sk-of-mine' })
  expect(cluster.secrets['ai-assistant-secrets']?.['METRICS_TOKEN']).toMatch(/^[0-9a-f]{64}$/)
})

test('what it makes starts in production, and names every secret variable and no other', async () => {
  const cluster = await startCluster()
  await run(process.execPath, [script], { env: cluster.env })
  const own = cluster.secrets['ai-assistant-secrets'] ?? {}
  const secrets = variableList.filter(([, { secret }]) => secret).map(([name]) => name)
  expect(Object.keys(own).toSorted()).toEqual(secrets.toSorted())
  const env = { ...own, ENVIRONMENT: 'production', PUBLIC_URL: 'https://ai-assistant.example.com' }
  expect(loadConfig(env, { version: '0', cwd: root }).notices).toEqual([])
})

test('says what the cluster answered, and shows no secret', async () => {
  const cluster = await startCluster({ status: 403 })
  const { code, stderr } = await tryRun(process.execPath, [script], { env: cluster.env })
  expect(code).not.toBe(0)
  expect(stderr).toContain('403 not for you')
  expect(stderr).not.toMatch(/[0-9a-f]{64}/)
})

const bodySchema = z.object({
  metadata: z.object({ name: z.string() }).optional(),
  stringData: z.record(z.string(), z.string()),
})

/** As much of the API server as the script speaks to. */
async function startCluster({ status }: { status?: number } = {}) {
  const secrets: Record<string, Record<string, string>> = {}
  const answer = async (request: IncomingMessage): Promise<{ code: number; body: object }> => {
    if (request.headers.authorization !== 'Bearer of-the-pod') return { code: 401, body: {} }
    if (status !== undefined) return { code: status, body: { message: 'not for you' } }
    const [, named] = /^\/api\/v1\/namespaces\/here\/secrets(?:\/(.+))?$/.exec(request.url ?? '') ?? []
    const sent = await text(request)
    const body = sent === '' ? { stringData: {} } : bodySchema.parse(JSON.parse(sent))
    const name = named ?? ('metadata' in body ? (body.metadata?.name ?? '') : '')
    if (request.method !== 'POST' && secrets[name] === undefined) return { code: 404, body: {} }
    const patched = request.method !== 'PATCH' || request.headers['content-type'] === 'application/merge-patch+json'
    if (!patched) return { code: 415, body: {} }
    secrets[name] = { ...secrets[name], ...body.stringData }
    const data = Object.fromEntries(Object.entries(secrets[name]).map(([key, value]) => [key, btoa(value)]))
    return { code: 200, body: { data } }
  }
  const server = createServer((request, response) => {
    void answer(request).then(({ code, body }) => response.writeHead(code).end(JSON.stringify(body)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'ai-assistant-cluster-'))
  writeFileSync(join(folder, 'token'), 'of-the-pod\n')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { secrets, env: { NAMESPACE: 'here', KUBERNETES_API: url, TOKEN_FILE: join(folder, 'token') } }
}
