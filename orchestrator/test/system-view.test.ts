import { systemViewSchema } from '@ai-assistant/contract'
import { expect, inject, test } from 'vitest'
import { anotherPerson } from './support/another-person.ts'
import { startApp } from './support/start-app.ts'

test('tells an administrator what is wrong with the running system, and what to do', async () => {
  // A port that nobody listens on.
  const { client } = await startApp({ env: { MCP_DISCOVERY_URLS: 'http://127.0.0.1:9', METRICS_TOKEN: 'short' } })
  const { findings, environment } = systemViewSchema.parse(await client.json('GET', '/api/system'))
  expect(environment).toBe('test')
  const found = (check: string) => findings.filter((finding) => finding.check === check)
  expect(found('Tool servers')).toMatchObject([
    { level: 'fault', advice: expect.stringContaining('MCP_DISCOVERY_URLS') },
  ])
  expect(found('Secrets')).toMatchObject([{ level: 'warning', found: expect.stringContaining('METRICS_TOKEN') }])
  expect(found('Migrations')).toMatchObject([{ level: 'ok' }])
  expect(JSON.stringify(findings)).not.toMatch(/"short"|password@/)
})

test.skipIf(inject('postgresUrl') === null)('tells nobody else', async () => {
  const app = await startApp()
  const { client } = await anotherPerson(app)
  expect(await client.problem('GET', '/api/system')).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await app.stranger.problem('GET', '/api/system')).toMatchObject({ status: 401 })
})
